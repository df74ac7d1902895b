import Foundation
import NPSConsole
import NPSModel
import Synchronization
import Testing

@testable import NPSServer

@Suite("The tickets of erasures")
struct ErasureTicketsTests {
    private let address: EmailAddress

    init() throws { address = try EmailAddress("ana@example.com") }

    @Test("one ticket is one erasure, for one address and one wish")
    func once() async throws {
        let tickets = ErasureTickets()
        let count = Mutex(0)
        let erase: @Sendable () async throws -> ErasureNote = {
            count.withLock { $0 += 1 }
            return ErasureNote(erasedAt: Date(timeIntervalSince1970: 0), isRemoteWanted: false)
        }
        for _ in 0..<3 { _ = try await tickets.note(for: "t", address, isRemote: false, erase) }
        #expect(count.withLock { $0 } == 1)
        _ = try await tickets.note(for: "t", address, isRemote: true, erase)
        _ = try await tickets.note(for: "t", EmailAddress("bob@example.com"), isRemote: false, erase)
        for number in 0..<100 { _ = try await tickets.note(for: "t\(number)", address, isRemote: false, erase) }
        _ = try await tickets.note(for: "t", address, isRemote: false, erase)
        #expect(count.withLock { $0 } == 104)
    }

    @Test("one that failed is begun anew")
    func failure() async throws {
        let tickets = ErasureTickets()
        await #expect(throws: Problem.self) {
            try await tickets.note(for: "t", address, isRemote: false) { throw Problem.unexpected }
        }
        let note = try await tickets.note(for: "t", address, isRemote: false) {
            ErasureNote(erasedAt: Date(timeIntervalSince1970: 9), isRemoteWanted: false)
        }
        #expect(note.erasedAt == Date(timeIntervalSince1970: 9))
    }
}
