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
}
