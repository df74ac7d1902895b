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
        #expect(claims.count == 2 && former.term != present.term)
        func found(_ term: Int64, _ claimant: ResponseSelection.Claimant) throws -> [Int] {
            let rows = transaction(of: first, on: connection, former, fixture.clock, term: term).rows
            return [
                try rows.load(.sending(by: claimant, after: 0, limit: 9)).count,
                try rows.load(.erasedWhileSending(by: claimant)).count,
            ]
        }
        #expect(try found(former.term, .this) == [0, 0] && found(former.term, .former) == [0, 0])
        #expect(try found(present.term, .this) == [1, 1] && found(present.term, .former) == [0, 0])
        await first.close()
        await second.close()
        try fixture.audit()
    }

    @Test(
        "one that is to forward later deposes nobody before it is told to, and then the other knows that it may not send"
    )
    func later() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open()
        _ = try await first.accept(try (1...3).map { try submission($0) })
        let second = try fixture.open {
            $0.rename("second")
            $0.forwardsAtOnce = false
        }
        #expect(try await second.claim(limit: 1).isEmpty)
        #expect(try await !second.mayForward())
        #expect(try await first.claim(limit: 1).count == 1)
        #expect(try await first.mayForward())
        #expect(first.isForwarding && !second.isForwarding)
        try await second.beginForwarding()
        #expect(try await !first.mayForward())
        #expect(!first.isForwarding && second.isForwarding)
        #expect(try await first.claim(limit: 1).isEmpty)
        #expect(try await second.mayForward())
        #expect(try await second.claim(limit: 9).count == 2)
        // Only once: who was deposed doesn't come back by asking.
        try await first.beginForwarding()
        #expect(try await second.mayForward())
        await first.close()
        await second.close()
        try fixture.audit()
    }

    @Test("a claim that nobody was told of is taken back, also when another collector has erased it meanwhile")
    func unclaimed() async throws {
        let fixture = try QueueFixture(.postgres)
        let leader = try fixture.open()
        let follower = try fixture.open {
            $0.forwards = false
            $0.rename("follower")
        }
        _ = try await follower.accept([try submission(1), try submission(2)])
        let connection = try fixture.connect()
        // As a commit leaves it whose answer was lost.
        let term = try PostgresState(reading: connection).term
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
        #expect(try transaction.discard(first + later) == 3)
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
            #expect(try await queue.transact { try $0.erase(ids) } == 1)
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
