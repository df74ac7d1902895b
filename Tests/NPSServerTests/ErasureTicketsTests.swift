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
        func erase(_ isRemote: Bool, _ before: ErasureNote?) async -> ErasureTickets.Outcome {
            let isFailure = state.withLock { state in
                state.count += 1
                state.failures -= 1
                return state.failures >= 0
            }
            var note = before ?? ErasureNote(erasedAt: Date(timeIntervalSince1970: Double(count)))
            note.add(quarantined: isRemote ? 100 : 1)
            return (note, isFailure ? Problem.unexpected : nil)
        }
    }

    private let address: EmailAddress

    init() throws { address = try EmailAddress("ana@example.com") }

    /// How much was erased as the receipt says; nil without one. A hundred by each erasure at Planhat, too.
    private func receipt(
        _ tickets: ErasureTickets,
        _ ticket: String,
        of other: EmailAddress? = nil,
        isRemote: Bool = false,
        _ erasing: Erasing
    ) async throws -> Int? {
        let progress = try await tickets.progress(
            of: ticket,
            other ?? address,
            isRemote: isRemote,
            within: .seconds(60),
            erasing.erase
        )
        guard case .done(let note) = progress else { return nil }
        return note.quarantined
    }

    @Test("one question is answered once, and only about whom it was asked")
    func once() async throws {
        let tickets = ErasureTickets()
        let erasing = Erasing()
        let ticket = tickets.ask(about: address)
        #expect(tickets.receipt(ticket) == nil)
        for _ in 0..<3 { #expect(try await receipt(tickets, ticket, erasing) == 1) }
        #expect(tickets.receipt(ticket)?.quarantined == 1 && tickets.receipt("made up") == nil)
        #expect(try await receipt(tickets, ticket, of: EmailAddress("bob@example.com"), erasing) == nil)
        #expect(try await receipt(tickets, "made up", erasing) == nil)
        #expect(erasing.count == 1)
        for _ in 0..<64 { _ = tickets.ask(about: address) }
        #expect(try await receipt(tickets, ticket, erasing) == nil, "the oldest is forgotten")
    }

    @Test("a deletion at Planhat that is ordered after all is done once more, and told on the one receipt")
    func laterRemote() async throws {
        let tickets = ErasureTickets()
        let erasing = Erasing()
        let ticket = tickets.ask(about: address)
        #expect(try await receipt(tickets, ticket, erasing) == 1)
        for isRemote in [true, true, false] {
            #expect(try await receipt(tickets, ticket, isRemote: isRemote, erasing) == 101)
        }
        #expect(erasing.count == 2)
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
        #expect(tickets.receipt(ticket) == nil)
        #expect(try await receipt(tickets, ticket, erasing) == 2)
        #expect(erasing.count == 2)
    }

    /// Waits until it is told to end.
    private static func waiting() -> (work: ErasureTickets.Work, end: AsyncStream<Void>.Continuation) {
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        let work: ErasureTickets.Work = { isRemote, before in
            for await _ in stream {}
            var note = before ?? ErasureNote(erasedAt: Date(timeIntervalSince1970: 7))
            note.add(quarantined: isRemote ? 100 : 1)
            return (note, nil)
        }
        return (work, end)
    }

    @Test(
        "one that takes long goes on, and is answered later, whatever is ticked then",
        .hangGuard,
        arguments: [true, false]
    )
    func long(isRemote: Bool) async throws {
        let tickets = ErasureTickets()
        let ticket = tickets.ask(about: address)
        let (work, end) = Self.waiting()
        let early = try await tickets.progress(of: ticket, address, isRemote: isRemote, within: .zero, work)
        guard case .goingOn(isRemote) = early else {
            Issue.record("it can't be done, or is another")
            return
        }
        end.finish()
        let erasing = Erasing()
        #expect(try await receipt(tickets, ticket, erasing) == (isRemote ? 100 : 1))
        #expect(erasing.count == 0, "no second one beside it")
    }

    @Test("one that is at it is known however long it takes and whoever asks meanwhile", .hangGuard)
    func held() async throws {
        let clock = Mutex(ContinuousClock.now)
        let tickets = ErasureTickets(now: { clock.withLock { $0 } })
        let ticket = tickets.ask(about: address)
        let (work, end) = Self.waiting()
        _ = try await tickets.progress(of: ticket, address, isRemote: false, within: .zero, work)
        for _ in 0..<70 { _ = tickets.ask(about: address) }
        clock.withLock { $0 += .seconds(86_400) }
        end.finish()
        let erasing = Erasing()
        #expect(try await receipt(tickets, ticket, erasing) == 1 && erasing.count == 0)
        clock.withLock { $0 += .seconds(600) }
        #expect(try await receipt(tickets, ticket, erasing) == nil, "its time begins when it is over")
    }
}
