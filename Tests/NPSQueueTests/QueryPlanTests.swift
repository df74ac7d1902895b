import Foundation
import GRDB
import NPSModel
import Synchronization
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Query plans on SQLite")
struct QueryPlanTests {
    private final class StatementLog: Sendable {
        let statements = Mutex<Set<String>>([])
    }

    @Test("no statement of the queue reads or sorts a whole table")
    func plans() async throws {
        let fixture = try QueueFixture()
        try await fixture.withQueue { queue in
            let log = StatementLog()
            try await queue.transact { transaction in
                try transaction.database.trace { event in
                    guard case .statement(let statement) = event else { return }
                    log.statements.withLock { _ = $0.insert(statement.sql) }
                }
            }
            try await exercise(queue, fixture.clock)
            try await queue.transact { try $0.database.trace() }
            let tables = ["queue", "receipts", "quarantine", "audit", "traffic"]
            let statements = log.statements.withLock { statements in
                statements.filter { sql in tables.contains { sql.contains(" \($0) ") } }
            }
            #expect(statements.count > 40)
            for sql in statements {
                let plan = try await queue.transact { transaction in
                    let explain = try transaction.database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
                    explain.setUncheckedArguments([])
                    return try String.fetchAll(explain, adapter: SuffixRowAdapter(fromIndex: 3))
                }
                let isSlow = plan.contains { step in
                    step.contains("TEMP B-TREE") || (step.hasPrefix("SCAN") && !step.contains("CONSTANT ROW"))
                }
                #expect(!isSlow, "\(sql): \(plan)")
            }
        }
    }

    /// Runs every statement of the queue at least once.
    private func exercise(_ queue: ResponseQueue, _ clock: TestClock) async throws {
        let intake = try await queue.accept(
            try (1...4).map { try submission($0) } + [try submission(1, score: 1)],
            quarantining: [draft("a"), draft("b")]
        )
        let claims = try await queue.claim(limit: 4)
        try await queue.settle([claims[0].verdict(.delivered(planhatID: nil)), claims[1].verdict(.park(reason: "no"))])
        try await queue.release([claims[2].response.id])
        try await queue.release(try await queue.claim(limit: 1, order: .newest).map(\.response.id))
        let person = try EmailAddress("ana@example.com")
        _ = try await queue.list(QueueFilter(person: person, after: 1))
        _ = try await queue.list(QueueFilter(state: .parked, person: person))
        _ = try await queue.parked(after: 1)
        _ = try await queue.latest(of: person, limit: 10)
        _ = try await queue.retry([claims[1].response.id])
        _ = try await queue.retryParked()
        _ = try await queue.retryParked(reasonContaining: "no")
        _ = try await queue.receipts(before: nil, limit: 10)
        _ = try await queue.erase([claims[3].response.id])
        _ = try await queue.erase(try EmailAddress("person1@example.com"))
        _ = try await queue.unconfirmedErasures(after: 1, limit: 10)
        _ = try await queue.unconfirmedErasures(isWanted: true, after: 1, limit: 10)
        _ = try await queue.transact { try $0.rows.load(.erasedWhileSending(by: .this)).count }
        _ = try await queue.confirmErasure([claims[3].response.id])
        _ = try await queue.eraseQuarantined(try EmailAddress("person1@example.com"), within: .seconds(86_400))
        _ = try await queue.nextDue()
        _ = try await queue.status()
        _ = try await queue.list(QueueFilter())
        _ = try await queue.list(QueueFilter(state: .pending))
        _ = try await queue.show(claims[0].response.id)
        _ = try await queue.quarantine()
        _ = try await queue.quarantineEntry(intake.quarantined[0])
        _ = try await queue.accept([], quarantining: [draft("a")])
        _ = try await queue.accept([], resolving: [intake.quarantined[0]])
        _ = try await queue.discard(intake.quarantined)
        _ = try await queue.expireQuarantine(before: .distantFuture)
        _ = try await queue.observeClock(after: .zero)
        clock.advance(by: 6 * 3_600)
        _ = try await queue.observeClock(after: .seconds(6 * 3_600))
        _ = try await queue.expireParked(after: 60)
        _ = try await queue.parkedExpiry()
        _ = try await queue.eraseParked(before: .distantFuture)
        _ = try await queue.removeReceipts(before: .distantFuture)
        try await queue.probe()
        try await queue.note(.erase, by: .page, subject: "1", outcome: "done")
        _ = try await queue.audit(limit: 10)
        _ = try await queue.audit(.erase, limit: 10)
        _ = try await queue.removeAudit(before: .distantFuture)
        _ = try await queue.tallies()
        _ = try await queue.tallies(from: Day("2023-01-01"), through: Day("2023-12-31"))
        _ = try await queue.traffic(since: .distantPast)
        try await queue.removeTraffic(at: clock.now)
        _ = try await queue.tallyFormer()
    }
}
