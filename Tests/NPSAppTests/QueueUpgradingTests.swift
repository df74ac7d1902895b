import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSApp
@testable import NPSQueue

@Suite("Bringing the queue on after an upgrade")
struct QueueUpgradingTests {
    @Test("what an earlier version left uncounted is counted, and then the service ends")
    func counting() async throws {
        let directory = try TemporaryDirectory()
        let configuration = ResponseQueue.Configuration(path: directory.path("queue.db"))
        let queue = try ResponseQueue(configuration: configuration, logger: .silent)
        let submissions = try (1...250).map { number in
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
        try await queue.transact { transaction in
            let statements = try #require(transaction.rows as? SQLiteRows).statements
            try statements.execute(Query("UPDATE queue SET tally = NULL"))
            try statements.execute(Query("DELETE FROM tallies"))
        }
        #expect(try await queue.tallies().isEmpty)
        try await QueueUpgrading(queue: queue, logger: .silent, sleep: { _ in }).run()
        #expect(try await queue.tallies().map(\.count) == [250])
        await queue.close()
    }
}
