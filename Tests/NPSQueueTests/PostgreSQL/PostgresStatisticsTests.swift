import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Statistics of several collectors", .enabled(if: TestCluster.shared != nil))
struct PostgresStatisticsTests {
    @Test("what they count together is what the rows say, and nothing is left of what is 0")
    func together() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open()
        let second = try fixture.open { configuration in
            configuration.rename("second")
            configuration.forwarding = .never
        }
        try await withThrowingTaskGroup { group in
            for number in 1...60 {
                let queue = number.isMultiple(of: 2) ? first : second
                // Each comes to both, now and then at the same time.
                group.addTask { _ = try await first.accept([try submission(number, score: number % 3)]) }
                group.addTask { _ = try await second.accept([try submission(number, score: number % 3)]) }
                group.addTask {
                    _ = try await queue.accept([try submission(100 + number), try submission(200 + number)])
                }
            }
            try await group.waitForAll()
        }
        #expect(try await second.tallies().map(\.count) == [20, 20, 20, 120])
        #expect(try await first.traffic(since: .distantPast).map(\.arrivals) == [180])
        // By who hasn't counted them.
        _ = try await second.erase(try (1...60).map { try submission($0).response.id })
        #expect(try await first.tallies().map(\.count) == [120])
        async let here: Void = first.removeEmptyTallies()
        async let there: Void = second.removeEmptyTallies()
        _ = try await (here, there)
        #expect(try fixture.connect().run("SELECT count(DISTINCT tally) FROM tallies").text == "1")
        try await second.note(.erase, by: .page, subject: "60", outcome: "done")
        #expect(try await first.audit(limit: 9).map(\.subject) == ["60"])
        for queue in [first, second] { await queue.close() }
        try fixture.audit()
    }

    @Test("a program of an earlier version and this one use the same tables")
    func former() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1), try submission(2)])
            // As that accepts, and as it delivers.
            try fixture.connect().run(
                """
                INSERT INTO responses (sequence, id, state, source, accepted_at, digest, received_at, waiting_from,
                    next_attempt_at, payload)
                SELECT nextval('response_sequence'), gen_random_uuid(), 1, 'old', accepted_at, digest, received_at,
                    waiting_from, next_attempt_at, payload FROM responses WHERE sequence = 1;
                UPDATE books SET accepted = accepted + 1, pending = pending + 1 WHERE accepted > 0;
                """
            )
            #expect(try await queue.tallies().map(\.source) == ["test"])
            try await deliverAll(queue)
            #expect(try await queue.tallies().map(\.source) == ["old", "test"])
        }
        try fixture.audit()
    }
}
