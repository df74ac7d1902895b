import Foundation
import NPSModel
import Testing

@testable import NPSQueue

@Suite("Plans of the statements in PostgreSQL", .enabled(if: TestCluster.shared != nil))
struct PostgresPlanTests {
    @Test("no statement reads or sorts a whole table, although it was planned when the tables were empty")
    func plans() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            try await useEverything(queue)
            let plans = try await queue.transact { transaction in try Self.plans(transaction) }
            #expect(plans.count > 30)
            for (statement, plan) in plans {
                for line in plan {
                    #expect(!line.contains("Seq Scan on responses"), "\(statement)")
                    #expect(!line.contains("Sort Key: next_attempt_at"), "\(statement)")
                    #expect(!line.contains("Sort Key: closed_at"), "\(statement)")
                    #expect(!line.contains("Sort Key: state"), "\(statement)")
                    if statement.contains("SUM(count)") { #expect(!line.contains("Sort"), "\(statement)") }
                }
            }
        }
    }

    /// Of each statement that is prepared on the connection of the transaction.
    private static func plans(_ transaction: QueueTransaction) throws -> [(statement: String, plan: [String])] {
        let rows = try #require(transaction.rows as? PostgresRows)
        let prepared = Query(
            """
            SELECT name::text, statement::text, COALESCE(array_length(parameter_types, 1), 0)::int8
            FROM pg_prepared_statements
            """
        )
        return try rows.connection.execute(prepared).rows.map { row in
            let (name, statement, count): (String, String, Int) = (try row.value(0), try row.value(1), try row.value(2))
            let arguments = Array(repeating: "NULL", count: count).joined(separator: ", ")
            let execution = count > 0 ? "\(name)(\(arguments))" : name
            let plan = try rows.connection.execute(Query("EXPLAIN (COSTS OFF) EXECUTE \(execution)"))
            return (statement, try plan.rows.map { try $0.value(0) })
        }
    }

    private func useEverything(_ queue: ResponseQueue) async throws {
        let ids = try (1...9).map { try submission($0).response.id }
        _ = try await queue.accept(try (1...9).map { try submission($0) }, quarantining: [draft("a"), draft("b")])
        let claims = try await queue.claim(limit: 6, order: .newest)
        try await queue.settle(claims.prefix(2).map { $0.verdict(.delivered(planhatID: nil)) })
        try await queue.settle(claims.dropFirst(2).prefix(2).map { $0.verdict(.park(reason: "no")) })
        try await queue.release(claims.suffix(2).map(\.response.id))
        for state in ResponseState.allCases { _ = try await queue.list(QueueFilter(state: state)) }
        _ = try await queue.list(QueueFilter())
        _ = try await queue.list(QueueFilter(person: try EmailAddress("person1@example.com")))
        _ = try await queue.receipts(before: nil, limit: 10)
        _ = try await queue.nextDue()
        _ = try await queue.claim(limit: 100)
        _ = try await queue.parked()
        _ = try await queue.retry(ids)
        _ = try await queue.retryParked()
        _ = try await queue.erase(try EmailAddress("person1@example.com"), remotely: true)
        for isWanted in [true, false] {
            _ = try await queue.unconfirmedErasures(isWanted: isWanted, after: nil, limit: 10)
        }
        _ = try await queue.confirmErasure(ids)
        let first = try await queue.quarantine().map(\.id)
        _ = try await queue.quarantineEntry(first[0])
        _ = try await queue.eraseQuarantined(try EmailAddress("person1@example.com"), within: .seconds(60))
        _ = try await queue.discard([first[0]])
        _ = try await queue.expireQuarantine(before: .distantPast)
        _ = try await queue.removeReceipts(before: .distantPast)
        _ = try await queue.expireParked(after: 86_400)
        _ = try await queue.observeClock(after: .zero)
        _ = try await queue.parkedExpiry()
        try await queue.relabel(source: "name", as: "label")
        try await queue.probe()
        _ = try await queue.status()
        _ = try await queue.tallyFormer()
        _ = try await queue.tallies()
        _ = try await queue.traffic(since: .distantPast)
        try await queue.removeTraffic(at: .now)
        try await queue.removeEmptyTallies()
        _ = try await queue.audit(.erase, limit: 10)
        _ = try await queue.removeAudit(before: .distantPast)
    }
}
