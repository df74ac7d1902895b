import Foundation
import Logging
import NPSModel
import Synchronization
import TestSupport
import Testing

@testable import NPSApp
@testable import NPSQueue

@Suite("Retention")
struct RetentionTests {
    /// A clock that stands until the service sleeps, and moves on by as much when the test wakes it.
    private final class HourGlass: Sendable {
        private let clock = TestClock()
        private let leaps = Mutex<TimeInterval>(0)
        private let asleep = AsyncStream<Void>.makeStream()
        private let woken = AsyncStream<Void>.makeStream()

        var now: Date { clock.now.addingTimeInterval(leaps.withLock { $0 }) }

        @Sendable
        func uptime() -> ContinuousClock.Instant { clock.instant }

        func advance(by seconds: TimeInterval) { clock.advance(by: seconds) }

        /// Somebody sets the clock: no time passes.
        func leap(by seconds: TimeInterval) { leaps.withLock { $0 += seconds } }

        @Sendable
        func sleep(_ duration: Duration) async throws {
            asleep.continuation.yield()
            for await _ in woken.stream {
                advance(by: TimeInterval(duration.components.seconds))
                return
            }
            throw CancellationError()
        }

        /// Returns when the service has done its work and sleeps.
        func untilAsleep() async {
            for await _ in asleep.stream { return }
        }

        func wake() { woken.continuation.yield() }
    }

    private func withQueue(_ now: @escaping @Sendable () -> Date, _ body: (ResponseQueue) async throws -> Void)
        async throws
    {
        let directory = try TemporaryDirectory()
        let configuration = ResponseQueue.Configuration(path: directory.path("queue.db"))
        let queue = try ResponseQueue(configuration: configuration, now: now, logger: .silent)
        do {
            try await body(queue)
        } catch {
            await queue.close()
            throw error
        }
        await queue.close()
    }

    /// Time goes by in which the collector runs. Six hours of it confirm the clock.
    private func pass(_ seconds: Int, _ glass: HourGlass, _ queue: ResponseQueue) async throws {
        _ = try await queue.observeClock(after: .zero)
        glass.advance(by: TimeInterval(seconds))
        _ = try await queue.observeClock(after: .seconds(seconds))
    }

    private func draft(_ text: String) -> QuarantineDraft {
        QuarantineDraft(source: "acme", deliveryID: nil, contentType: nil, body: Array(text.utf8), problems: [])
    }

    @Test("a queue that is closed, since the collector stops, is no trouble")
    func stopping() async throws {
        let glass = HourGlass()
        let logs = RecordedLogs()
        try await withQueue({ glass.now }) { queue in
            await queue.close()
            let service = Retention(
                queue: queue,
                periods: Retention.Periods(quarantine: 86_400, parked: 86_400, receipts: 86_400),
                logger: logs.logger,
                uptime: glass.uptime,
                sleep: glass.sleep
            )
            let running = Task { try await service.run() }
            await glass.untilAsleep()
            running.cancel()
            try await running.value
        }
        #expect(logs.lines.isEmpty, "\(logs.lines)")
    }

    @Test("what has come of age goes at the start and every hour, and one line says how many there were")
    func hourly() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            let (logs, metrics) = (RecordedLogs(level: .info), RecordedMetrics())
            try await pass(6 * 3_600, glass, queue)
            _ = try await queue.accept([], quarantining: [draft("a canary"), draft("another canary")])
            try await pass(1_800, glass, queue)
            _ = try await queue.accept([], quarantining: [draft("young")])
            try await pass(86_400 - 1_799, glass, queue)
            let service = Retention(
                queue: queue,
                periods: Retention.Periods(quarantine: 86_400),
                logger: logs.logger,
                metrics: RetentionMetrics(factory: metrics),
                uptime: glass.uptime,
                sleep: glass.sleep
            )
            let running = Task { try await service.run() }
            await glass.untilAsleep()
            #expect(metrics.all("nps_retention_removed_total") == ["nps_retention_removed_total quarantine": 2])
            #expect(metrics["nps_retention_period_seconds quarantine"] == 86_400)
            #expect(metrics["nps_retention_last_sweep_timestamp_seconds"] > 0)
            #expect(try await queue.status().quarantined == 1)
            #expect(logs.lines == ["notice old payloads removed from quarantine [\"count\": 2]"])
            // Half an hour later the last one is of age; it is looked for an hour after the start.
            glass.advance(by: 1_800)
            glass.wake()
            await glass.untilAsleep()
            #expect(try await queue.status().quarantined == 1)
            glass.advance(by: 1_800)
            glass.wake()
            await glass.untilAsleep()
            #expect(try await queue.status().quarantined == 0)
            #expect(logs.lines.count == 2)
            running.cancel()
            try await running.value
        }
    }

    @Test("what operators did goes with the receipts, hours go after a month, and no line tells of it")
    func tidied() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            let logs = RecordedLogs(level: .info)
            try await pass(6 * 3_600, glass, queue)
            try await queue.note(.retry, by: .verb, subject: "a response", outcome: "done")
            let answer = SurveyResponse(
                id: ResponseID(source: "test", providerID: "1"),
                source: "test",
                email: try EmailAddress("ana@example.com"),
                score: try #require(Score(9)),
                answeredAt: glass.now
            )
            _ = try await queue.accept([Submission(answer)])
            for day in 1...32 {
                try await pass(86_400, glass, queue)
                #expect(try await queue.audit(limit: 1).count == 1, "\(day)")
            }
            let service = Retention(
                queue: queue,
                periods: Retention.Periods(receipts: 30 * 86_400),
                logger: logs.logger,
                metrics: RetentionMetrics(factory: RecordedMetrics()),
                uptime: glass.uptime,
                sleep: glass.sleep
            )
            let running = Task { try await service.run() }
            await glass.untilAsleep()
            #expect(try await queue.audit(limit: 1).isEmpty)
            let hours = try await queue.transact { transaction in try transaction.rows.traffic(from: .min).count }
            #expect(hours == 0)
            #expect(try await queue.tallies().map(\.count) == [1])
            #expect(logs.lines.isEmpty)
            running.cancel()
            try await running.value
        }
    }

    @Test("a clock that runs a year ahead for a minute deletes nothing, however often, and is told")
    func ahead() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            let logs = RecordedLogs(level: .info)
            _ = try await queue.accept([], quarantining: [draft("kept")])
            try await pass(6 * 3_600, glass, queue)
            for _ in 1...3 {
                glass.leap(by: 365 * 86_400)
                let service = Retention(
                    queue: queue,
                    periods: Retention.Periods(quarantine: 86_400, parked: 86_400, receipts: 86_400),
                    logger: logs.logger,
                    uptime: glass.uptime,
                    sleep: glass.sleep
                )
                let running = Task { try await service.run() }
                await glass.untilAsleep()
                running.cancel()
                try await running.value
                try await pass(60, glass, queue)
                glass.leap(by: -365 * 86_400)
            }
            #expect(try await queue.status().quarantined == 1)
            #expect(logs.lines.count == 3)
            #expect(logs.lines.allSatisfy { $0.hasPrefix("warning The clock is 365 days ahead") })
        }
    }

    private func submission(_ id: String) throws -> Submission {
        Submission(
            SurveyResponse(
                id: ResponseID(source: "acme", providerID: id),
                source: "acme",
                email: try EmailAddress("ana@example.com"),
                score: try #require(Score(9)),
                comment: nil,
                answeredAt: Date(timeIntervalSince1970: 1_600_000_000)
            )
        )
    }

    @Test("receipts and parked responses have periods of their own; without one they are kept for ever")
    func responses() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            try await pass(6 * 3_600, glass, queue)
            let logs = RecordedLogs(level: .info)
            for (id, outcome) in [("a", Outcome.delivered(planhatID: nil)), ("b", .park(reason: "no"))] {
                _ = try await queue.accept([try submission(id)])
                let claim = try #require(try await queue.claim(limit: 1).first)
                try await queue.settle([Verdict(id: claim.response.id, revision: 1, outcome: outcome)])
            }
            _ = try await queue.accept([try submission("c")])
            func sweep(_ periods: Retention.Periods) async throws {
                let service = Retention(
                    queue: queue,
                    periods: periods,
                    logger: logs.logger,
                    uptime: glass.uptime,
                    sleep: glass.sleep
                )
                let running = Task { try await service.run() }
                await glass.untilAsleep()
                running.cancel()
                try await running.value
            }
            try await pass(100, glass, queue)
            try await sweep(Retention.Periods())
            try await sweep(Retention.Periods(receipts: 200))
            #expect(logs.lines.isEmpty)
            try await sweep(Retention.Periods(receipts: 50))
            #expect(logs.lines == ["notice old receipts removed [\"count\": 1]"])
            try await sweep(Retention.Periods(parked: 50))
            #expect(try await queue.status().parked == 1)
            try await pass(7 * 86_400, glass, queue)
            try await sweep(Retention.Periods(parked: 8 * 86_400))
            #expect(try await queue.status().parked == 1)
            try await sweep(Retention.Periods(parked: 6 * 86_400))
            try await pass(7 * 86_400, glass, queue)
            try await sweep(Retention.Periods(parked: 6 * 86_400))
            #expect(logs.lines.last == "notice old parked responses erased [\"count\": 1]")
            let status = try await queue.status()
            #expect(status.delivered == 1 && status.erased == 1 && status.parked == 0 && status.balances)
        }
    }

    @Test("what will be erased within a week is told once a day, with number and date")
    func announcement() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            let logs = RecordedLogs(level: .info)
            try await pass(6 * 3_600, glass, queue)
            _ = try await queue.accept([try submission("a")])
            let claim = try #require(try await queue.claim(limit: 1).first)
            try await queue.settle([claim.settled(as: .park(reason: "no"))])
            try await pass(100 * 86_400, glass, queue)
            let end = glass.now.addingTimeInterval(7 * 86_400)
            let service = Retention(
                queue: queue,
                periods: Retention.Periods(parked: 90 * 86_400),
                logger: logs.logger,
                uptime: glass.uptime,
                sleep: glass.sleep
            )
            let running = Task { try await service.run() }
            let words = [
                "warning parked responses will be erased for their age: see queue list --parked",
                #""count": 1"#, #""from": \#(Timestamp.format(end))"#,
            ]
            // Each time the glass moves on by a minute more than here.
            for (seconds, lines) in [(0, 1), (60, 1), (3_600, 1), (80_000, 1), (3_600, 2), (3_600, 2)] {
                if seconds > 0 {
                    glass.advance(by: TimeInterval(seconds))
                    glass.wake()
                }
                await glass.untilAsleep()
                #expect(logs.lines.count == lines)
                #expect(logs.lines.allSatisfy { line in words.allSatisfy(line.contains) })
            }
            glass.advance(by: 7 * 86_400)
            glass.wake()
            await glass.untilAsleep()
            #expect(logs.lines.last == "notice old parked responses erased [\"count\": 1]")
            #expect(logs.lines.count == 3)
            running.cancel()
            try await running.value
        }
    }

    @Test("a queue that can't be written is a line in the log, and tried again an hour later")
    func failure() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            let logs = RecordedLogs(level: .info)
            // Otherwise nothing is old yet.
            try await pass(6 * 3_600, glass, queue)
            try await queue.transact { transaction in
                let statements = try #require(transaction.rows as? SQLiteRows).statements
                for table in ["quarantine", "queue", "receipts", "audit"] {
                    try statements.execute(Query("ALTER TABLE \(table) RENAME TO lost_\(table)"))
                }
            }
            let service = Retention(
                queue: queue,
                periods: Retention.Periods(quarantine: 60, parked: 60, receipts: 60),
                logger: logs.logger,
                uptime: glass.uptime,
                sleep: glass.sleep
            )
            let running = Task { try await service.run() }
            await glass.untilAsleep()
            glass.advance(by: 3_600)
            glass.wake()
            await glass.untilAsleep()
            // Of parked responses the books know that there are none.
            for sentence in [
                "error old payloads couldn't be removed from quarantine", "error old receipts couldn't be removed",
                "error old statistics and entries of the audit log couldn't be removed",
            ] { #expect(logs.lines.count { $0.hasPrefix(sentence) } == 2, "\(logs.lines)") }
            running.cancel()
            try await running.value
        }
    }
}
