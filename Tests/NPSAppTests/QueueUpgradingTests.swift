import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSApp
@testable import NPSQueue

@Suite("Bringing the queue on after an upgrade")
struct QueueUpgradingTests {
    /// A queue with answers in the order of their numbers, none of which is counted.
    private static func queue(_ directory: TemporaryDirectory, answers: Int) async throws -> ResponseQueue {
        let configuration = ResponseQueue.Configuration(path: directory.path("queue.db"))
        let queue = try ResponseQueue(configuration: configuration, logger: .silent)
        let submissions = try (1...answers).map { number in
            Submission(
                SurveyResponse(
                    id: ResponseID(source: "test", providerID: "\(number)"),
                    source: "test",
                    email: try EmailAddress("person\(number)@example.com"),
                    score: try #require(Score(9)),
                    answeredAt: Date(timeIntervalSince1970: 1_700_000_000)
                )
            )
        }
        _ = try await queue.accept(submissions)
        try await forget(queue)
        return queue
    }

    private static func forget(_ queue: ResponseQueue) async throws {
        try await queue.transact { transaction in
            let statements = try #require(transaction.rows as? SQLiteRows).statements
            try statements.execute(Query("UPDATE queue SET tally = NULL"))
            try statements.execute(Query("DELETE FROM tallies"))
        }
        #expect(try await queue.tallies().isEmpty)
    }

    @Test("what an earlier version left uncounted is counted once, and then the service ends")
    func counting() async throws {
        let directory = try TemporaryDirectory()
        let queue = try await Self.queue(directory, answers: 250)
        try await QueueUpgrading(queue: queue, logger: .silent, sleep: { _ in }).run()
        #expect(try await queue.tallies().map(\.count) == [250])
        try await Self.forget(queue)
        try await QueueUpgrading(queue: queue, logger: .silent, sleep: { _ in }).run()
        #expect(try await queue.tallies().isEmpty)
        await queue.close()
    }

    @Test("a queue that is closed, since the collector stops, is the end and no trouble")
    func stopping() async throws {
        let directory = try TemporaryDirectory()
        let queue = try await Self.queue(directory, answers: 3)
        await queue.close()
        let logs = RecordedLogs()
        try await QueueUpgrading(queue: queue, logger: logs.logger, sleep: { _ in }).run()
        #expect(logs.lines.isEmpty)
    }

    @Test("an answer that can't be read keeps no other from being counted, and that is said once")
    func unreadable() async throws {
        let directory = try TemporaryDirectory()
        let queue = try await Self.queue(directory, answers: 350)
        try await queue.transact { transaction in
            let statements = try #require(transaction.rows as? SQLiteRows).statements
            try statements.execute(Query("PRAGMA ignore_check_constraints = ON"))
            try statements.execute(Query("UPDATE queue SET state = 9 WHERE sequence = 150"))
        }
        let logs = RecordedLogs()
        for _ in 1...2 {
            try await QueueUpgrading(queue: queue, logger: logs.logger, sleep: { _ in }).run()
            #expect(try await queue.tallies().map(\.count) == [349])
        }
        let lines = logs.lines
        #expect(lines.count { $0.contains("could not be counted yet") } == 6)
        #expect(lines.count { $0.contains("so they aren't counted") } == 2)
        await queue.close()
    }

    @Test("an answer whose content can't be opened is left out, and counted once it can")
    func unopened() async throws {
        let directory = try TemporaryDirectory()
        let queue = try await Self.queue(directory, answers: 3)
        func run(_ sql: String) async throws {
            try await queue.transact { transaction in
                let statements = try #require(transaction.rows as? SQLiteRows).statements
                try statements.execute(Query(sql))
            }
        }
        try await run("UPDATE queue SET payload = 'sealed' || payload WHERE sequence = 2")
        let logs = RecordedLogs()
        try await QueueUpgrading(queue: queue, logger: logs.logger, sleep: { _ in }).run()
        #expect(try await queue.tallies().map(\.count) == [2])
        #expect(logs.lines.count { $0.contains("so they aren't counted") } == 1)
        try await run("UPDATE queue SET payload = substr(payload, 7) WHERE sequence = 2")
        try await QueueUpgrading(queue: queue, logger: logs.logger, sleep: { _ in }).run()
        #expect(try await queue.tallies().map(\.count) == [3])
        await queue.close()
    }
}
