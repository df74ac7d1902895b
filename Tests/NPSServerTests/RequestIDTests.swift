import NPSModel
import Testing

@testable import NPSServer

@Suite("A request's id")
struct RequestIDTests {
    @Test("has 32 digits, of which the first half is the process's and the second counts on")
    func digits() throws {
        let ids = (0..<3).map { _ in RequestID().description }
        #expect(Set(ids).count == 3)
        #expect(Set(ids.map { $0.prefix(16) }).count == 1)
        for id in ids { #expect(Hexadecimal.decode(id)?.count == 16) }
    }
}
