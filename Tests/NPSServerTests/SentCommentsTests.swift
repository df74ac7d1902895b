import NPSModel
import TestSupport
import Testing

@testable import NPSServer

@Suite("Comments that were just sent")
struct SentCommentsTests {
    @Test("are shown once, to whoever has the ticket, on the page after their own form")
    func once() throws {
        let comments = SentComments(afterInterval: { _ in })
        let fast = try #require(comments.keep("Fast", of: "/survey"))
        let slow = try #require(comments.keep("Slow", of: "/survey"))
        #expect(fast != slow && fast.utf8.count == 32)
        #expect(comments.take(fast, of: "/survey/other") == nil)
        #expect(comments.take(fast, of: "/survey") == "Fast")
        #expect(comments.take(fast, of: "/survey") == nil && comments.take("", of: "/survey") == nil)
        #expect(comments.count == 1)
        #expect(comments.keep(nil, of: "/survey") == nil)
    }

    @Test("are forgotten at the second sweep, and one sweep at a time is waiting")
    func sweeps() throws {
        let due = Observed<[@Sendable () -> Void]>([])
        let comments = SentComments(afterInterval: { action in due.update { $0.append(action) } })
        _ = comments.keep("first", of: "a")
        let second = try #require(comments.keep("second", of: "a"))
        #expect(due.value.count == 1)
        due.value[0]()
        #expect(comments.count == 2 && due.value.count == 2)
        #expect(comments.take(second, of: "a") == "second")
        let third = comments.keep("third", of: "a")
        due.value[1]()
        #expect(comments.count == 1 && due.value.count == 3)
        #expect(try comments.take(#require(third), of: "a") == "third")
        due.value[2]()
        #expect(comments.count == 0 && due.value.count == 3)
        _ = comments.keep("fourth", of: "a")
        #expect(due.value.count == 4)
    }

    @Test("take a bounded room")
    func room() throws {
        let comments = SentComments(byteLimit: SentComments.entrySize + 11, afterInterval: { _ in })
        let ticket = try #require(comments.keep("1234567890", of: "a"))
        #expect(comments.keep("123", of: "b") == nil)
        #expect(comments.take(ticket, of: "a") != nil)
        #expect(comments.keep("123", of: "b") != nil)
    }
}
