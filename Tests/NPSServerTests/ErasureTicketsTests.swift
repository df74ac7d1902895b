import Foundation
import NPSConsole
import NPSModel
import Synchronization
import TestSupport
import Testing

@testable import NPSServer

@Suite("The tickets of erasures")
struct ErasureTicketsTests {
    /// Counts erasures, of which the first few fail after they did something.
    private final class Erasing: Sendable {
        private let state: Mutex<(count: Int, failures: Int)>

        init(failures: Int = 0) { state = Mutex((0, failures)) }

        var count: Int { state.withLock(\.count) }

        @Sendable
        func erase(_ before: ErasureNote?) async -> (note: ErasureNote?, error: (any Error)?) {
            let isFailure = state.withLock { state in
                state.count += 1
                state.failures -= 1
                return state.failures >= 0
            }
            let note =
                before ?? ErasureNote(erasedAt: Date(timeIntervalSince1970: Double(count)), isRemoteWanted: false)
            return (note, isFailure ? Problem.unexpected : nil)
        }
    }

    private let address: EmailAddress

    init() throws { address = try EmailAddress("ana@example.com") }

    /// The receipt's time; nil without one.
    private func receipt(
        _ tickets: ErasureTickets,
        _ ticket: String,
        of other: EmailAddress? = nil,
        isRemote: Bool = false,
        _ erasing: Erasing
    ) async throws -> TimeInterval? {
        let progress = try await tickets.progress(
            of: ticket,
            other ?? address,
            isRemote: isRemote,
            within: .seconds(60),
            erasing.erase
        )
        guard case .done(let note) = progress else { return nil }
        return note.erasedAt.timeIntervalSince1970
    }

    @Test("one question is answered once for each wish, and only about whom it was asked")
    func once() async throws {
        let tickets = ErasureTickets()
        let erasing = Erasing()
        let ticket = tickets.ask(about: address)
        for _ in 0..<3 { #expect(try await receipt(tickets, ticket, erasing) == 1) }
        #expect(try await receipt(tickets, ticket, isRemote: true, erasing) == 2)
        #expect(try await receipt(tickets, ticket, of: EmailAddress("bob@example.com"), erasing) == nil)
        #expect(try await receipt(tickets, "made up", erasing) == nil)
        #expect(erasing.count == 2)
        for _ in 0..<64 { _ = tickets.ask(about: address) }
        #expect(try await receipt(tickets, ticket, erasing) == nil, "the oldest is forgotten")
    }

    @Test("an old question isn't answered any more, and an answer makes it younger")
    func age() async throws {
        let clock = Mutex(ContinuousClock.now)
        let tickets = ErasureTickets(now: { clock.withLock { $0 } })
        let erasing = Erasing()
        let ticket = tickets.ask(about: address)
        for _ in 0..<2 {
            clock.withLock { $0 += .seconds(599) }
            #expect(try await receipt(tickets, ticket, erasing) == 1)
        }
        clock.withLock { $0 += .seconds(600) }
        #expect(try await receipt(tickets, ticket, erasing) == nil)
    }

    @Test("one that failed is begun anew, and its receipt has what was done before")
    func failure() async throws {
        let tickets = ErasureTickets()
        let erasing = Erasing(failures: 1)
        let ticket = tickets.ask(about: address)
        await #expect(throws: Problem.self) { try await receipt(tickets, ticket, erasing) }
        #expect(try await receipt(tickets, ticket, erasing) == 1)
        #expect(erasing.count == 2)
    }

    @Test("one that takes long goes on, and is answered later", .hangGuard)
    func long() async throws {
        let tickets = ErasureTickets()
        let ticket = tickets.ask(about: address)
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        let work: ErasureTickets.Work = { _ in
            for await _ in stream {}
            return (ErasureNote(erasedAt: Date(timeIntervalSince1970: 7), isRemoteWanted: false), nil)
        }
        let early = try await tickets.progress(of: ticket, address, isRemote: false, within: .zero, work)
        guard case .goingOn = early else {
            Issue.record("it can't be done")
            return
        }
        end.finish()
        #expect(try await receipt(tickets, ticket, Erasing()) == 7)
    }
}
