import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Collectors in each other's way in PostgreSQL", .enabled(if: TestCluster.shared != nil))
struct PostgresFencingTests {
    /// What a transaction of a collector with this term would have that began when `found` was read.
    private func transaction(
        of queue: ResponseQueue,
        on connection: PostgresConnection,
        _ found: PostgresState,
        _ clock: TestClock,
        term: Int64? = nil
    ) -> (transaction: QueueTransaction, rows: PostgresRows) {
        let rows = PostgresRows(connection: connection, writer: "side", term: term, former: found.committed)
        let now = Milliseconds(clock.now)
        return (QueueTransaction(rows: rows, now: now, personKey: queue.personKey, state: found.committed), rows)
    }

    /// Ends the session in which a queue delivers.
    private func endWork(of name: String, _ connection: PostgresConnection) throws {
        try connection.run(
            """
            SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
            WHERE application_name = 'nps-collector/\(name)/work'
            """
        )
    }

    @Test("one that was deposed takes nothing back of what the other is sending, although it looked before that")
    func takeBack() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open()
        _ = try await first.accept([try submission(1), try submission(2)])
        let connection = try fixture.connect()
        let former = try PostgresState(reading: connection)
        let second = try fixture.open { $0.rename("second") }
        let claims = try await second.claim(limit: 2)
        _ = try await second.erase([claims[0].response.id])
        let present = try PostgresState(reading: connection)
        let (formerTerm, presentTerm) = (try #require(former.term), try #require(present.term))
        #expect(claims.count == 2 && formerTerm != presentTerm)
        func found(_ term: Int64, _ claimant: ResponseSelection.Claimant) throws -> [Int] {
            let rows = transaction(of: first, on: connection, former, fixture.clock, term: term).rows
            return [
                try rows.load(.sending(by: claimant, after: 0, limit: 9)).count,
                try rows.load(.erasedWhileSending(by: claimant)).count,
            ]
        }
        #expect(try found(formerTerm, .this) == [0, 0] && found(formerTerm, .former) == [0, 0])
        #expect(try found(presentTerm, .this) == [1, 1] && found(presentTerm, .former) == [0, 0])
        await first.close()
        await second.close()
        try fixture.audit()
    }

    @Test("of two that stand for it one forwards, and the other when that one has given it back")
    func turns() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open { $0.forwarding = .inTurn }
        _ = try await first.accept(try (1...3).map { try submission($0) })
        let second = try fixture.open {
            $0.rename("second")
            $0.forwarding = .inTurn
        }
        #expect(try await first.claim(limit: 1).isEmpty)
        let (firstTurn, secondTurn) = (first.arrivals(), second.arrivals())
        first.beginForwarding()
        for await _ in firstTurn where first.isForwarding { break }
        second.beginForwarding()
        let claim = try #require(try await first.claim(limit: 1).first)
        #expect(first.leave(toSend: [claim]).isGiven)
        #expect(try await second.claim(limit: 1).isEmpty && !second.isForwarding)
        #expect(try await second.status().leadership?.name == fixture.schema)
        try await first.release([claim.response.id])
        #expect(await first.handOver(abstaining: .seconds(60)))
        for await _ in secondTurn where second.isForwarding { break }
        #expect(!first.leave(toSend: [claim]).isGiven && !first.isForwarding)
        #expect(try await first.claim(limit: 1).isEmpty)
        let claims = try await second.claim(limit: 9)
        #expect(claims.count == 3 && second.leave(toSend: claims).isGiven)
        #expect(!second.leave(toSend: claims + [claim]).isGiven)
        #expect(try await first.status().leadership?.collectors.contains { $0.name.hasPrefix("second") } == true)
        await first.close()
        await second.close()
        try fixture.audit()
    }

    @Test("one that is deposed knows that it may not send what it has claimed, and doesn't come back by itself")
    func deposed() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open()
        _ = try await first.accept(try (1...3).map { try submission($0) })
        let claims = try await first.claim(limit: 1)
        #expect(first.leave(toSend: claims).isGiven)
        let second = try fixture.open { $0.rename("second") }
        #expect(try await first.claim(limit: 1).isEmpty)
        #expect(!first.leave(toSend: claims).isGiven && !first.isForwarding && second.isForwarding)
        await second.close()
        #expect(try await first.claim(limit: 1).isEmpty && !first.isForwarding)
        await first.close()
        try fixture.audit()
    }

    @Test(
        "when another server took the former one's place, claims that may be missing are waited for",
        .hangGuard
    )
    func replacement() async throws {
        for isReplicated in [true, false] {
            let fixture = try QueueFixture(.postgres)
            try await fixture.withQueue { _ in }
            let connection = try fixture.connect()
            // As a former server left it, whose tables these were.
            try connection.run("UPDATE leader SET incarnation = '1/00000001', replicated = \(isReplicated)")
            let queue = try fixture.open {
                $0.forwarding = .inTurn
                $0.ambiguousGrace = { _ in 3_600 }
            }
            _ = try await queue.accept([try submission(1)])
            queue.beginForwarding()
            if isReplicated {
                for await _ in queue.arrivals() where queue.isForwarding { break }
                #expect(try await queue.claim(limit: 1).count == 1 && queue.unreplicatedPromotions == 0)
            } else {
                while queue.unreplicatedPromotions == 0 { await Task.yield() }
                #expect(try await queue.claim(limit: 1).isEmpty && !queue.isForwarding)
            }
            await queue.close()
            try fixture.audit()
        }
    }

    @Test("a claim that nobody was told of is taken back, also when another collector has erased it meanwhile")
    func unclaimed() async throws {
        let fixture = try QueueFixture(.postgres)
        let leader = try fixture.open()
        let follower = try fixture.open {
            $0.forwarding = .never
            $0.rename("follower")
        }
        _ = try await follower.accept([try submission(1), try submission(2)])
        let connection = try fixture.connect()
        // As a commit leaves it whose answer was lost.
        let term = try #require(try PostgresState(reading: connection).term)
        try connection.run(
            """
            UPDATE responses SET state = 2, term = \(term);
            UPDATE books SET pending = pending - 2, sending = sending + 2 WHERE writer = '\(fixture.schema)/work'
            """
        )
        #expect(try await follower.erase([try submission(1).response.id]) == 1)
        #expect(try await follower.status().unconfirmed == 1)
        try endWork(of: fixture.schema, connection)
        let status = try await leader.status()
        #expect(status.unconfirmed == 0 && status.pending == 1 && status.sending == 0)
        await leader.close()
        await follower.close()
        try fixture.audit()
    }

    @Test(
        "what is erased while it is sent may be at Planhat, whatever happens to the connection",
        arguments: [true, false]
    )
    func erasedWhileSending(arrives: Bool) async throws {
        let fixture = try QueueFixture(.postgres)
        let queue = try fixture.open()
        _ = try await queue.accept([try submission(1)])
        let claim = try #require(try await queue.claim(limit: 1).first)
        _ = try await queue.erase([claim.response.id])
        try endWork(of: fixture.schema, try fixture.connect())
        #expect(try await queue.status().unconfirmed == 1)
        if arrives {
            try await queue.settle([claim.verdict(.delivered(planhatID: nil))])
        } else {
            try await queue.release([claim.response.id])
        }
        #expect(try await queue.status().unconfirmed == (arrives ? 1 : 0))
        await queue.close()
        try fixture.audit()
    }

    @Test("entries that came after a transaction looked at the quarantine's shares are taken from them all the same")
    func shares() async throws {
        let fixture = try QueueFixture(.postgres)
        let queue = try fixture.open()
        let first = try await queue.accept([], quarantining: [draft("a")]).quarantined
        let connection = try fixture.connect()
        try connection.run("INSERT INTO books (writer) VALUES ('side')")
        let found = try PostgresState(reading: connection)
        let later = try await queue.accept([], quarantining: [draft("b"), draft("c", source: "new")]).quarantined
        var (transaction, rows) = transaction(of: queue, on: connection, found, fixture.clock)
        #expect(try transaction.discard(first + later).count == 3)
        try rows.write(transaction.state.shares)
        try rows.write(transaction.state.books)
        await queue.close()
        try fixture.audit()
        #expect(try connection.run("SELECT count(*) FROM quarantine_shares").text == "0")
    }

    @Test("a payload that is erased right after somebody asked whether it was doesn't come back")
    func erasedPayload() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            let ids = try await queue.accept([], quarantining: [draft("a")]).quarantined
            #expect(try await queue.transact { try $0.erase(ids) }.count == 1)
            await #expect(throws: QueueError.self) {
                try await queue.transact { transaction in
                    let payload = try IncomingQuarantine(draft("a"), transaction.personKey)
                    return try transaction.rows.insert(payload, at: transaction.now)
                }
            }
            #expect(try await queue.quarantine().isEmpty)
        }
    }

    @Test("readiness tells when nothing can be accepted, although all else works")
    func readiness() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            try await queue.probe()
            try fixture.connect().run("DELETE FROM books WHERE writer LIKE '%/intake-%'")
            await #expect(throws: QueueError.self) { try await queue.probe() }
            _ = try await queue.status()
        }
    }

    @Test("what a clock that was set back left in the future is made due in parts")
    func clockSetBack() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            let count = PostgresRows.largestAdvance + 10
            _ = try await queue.accept(try (0..<count).map { try submission($0) })
            try await queue.probe()
            fixture.clock.advance(by: -1_800)
            let connection = try fixture.connect()
            let now = Milliseconds(fixture.clock.now).rawValue
            for rest in [10, 0, 0] {
                try await queue.transact { try $0.probe() }
                let left = "SELECT count(*) FROM responses WHERE next_attempt_at > \(now)"
                #expect(try connection.run(left).text == "\(rest)")
            }
        }
    }
}

extension ForwardingLeave {
    fileprivate var isGiven: Bool {
        if case .given = self { true } else { false }
    }
}
