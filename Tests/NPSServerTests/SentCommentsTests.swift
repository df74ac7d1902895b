import NPSModel
import TestSupport
import Testing

@testable import NPSServer

@Suite("Comments that were just sent")
struct SentCommentsTests {
    @Test("are shown once")
    func once() {
        let comments = SentComments(afterLifetime: { _ in })
        comments.keep("Fast", of: "a")
        comments.keep("Slow", of: "b")
        #expect(comments.take(of: "a") == "Fast")
        #expect(comments.take(of: "a") == nil && comments.take(of: "c") == nil)
        #expect(comments.count == 1)
    }

    @Test("are forgotten after their time, and only the one that it was")
    func lifetime() {
        let due = Observed<[@Sendable () -> Void]>([])
        let comments = SentComments(afterLifetime: { action in due.update { $0.append(action) } })
        comments.keep("first", of: "a")
        comments.keep("second", of: "a")
        due.value[0]()
        #expect(comments.count == 1)
        due.value[1]()
        #expect(comments.count == 0 && comments.take(of: "a") == nil)
    }

    @Test("take a bounded room; a comment that doesn't fit, or none, takes the place of the earlier one")
    func room() {
        let comments = SentComments(byteLimit: SentComments.entrySize + 10, afterLifetime: { _ in })
        comments.keep("12345678", of: "a")
        comments.keep("123", of: "b")
        #expect(comments.take(of: "b") == nil)
        comments.keep("1234567890", of: "a")
        #expect(comments.take(of: "a") == "1234567890")
        comments.keep("123", of: "b")
        comments.keep(nil, of: "b")
        #expect(comments.count == 0)
    }
}
