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
        let codes = "SELECT count(DISTINCT tally) FROM tallies"
        #expect(try fixture.connect().run(codes).text == "1")
        // What two edits leave that meet.
        let former = try fixture.connect()
        try former.run("INSERT INTO tallies VALUES ('a', '2023-01-01 1', 'x', 1), ('b', '2023-01-01 1', 'x', -1)")
        #expect(try fixture.connect().run(codes).text == "2")
        async let here: Void = first.removeEmptyTallies()
        async let there: Void = second.removeEmptyTallies()
        _ = try await (here, there)
        #expect(try fixture.connect().run(codes).text == "1")
        try await second.note(.erase, by: .page, subject: "60", outcome: "done")
        #expect(try await first.audit(limit: 9).map(\.subject) == ["60"])
        for queue in [first, second] { await queue.close() }
        try fixture.audit()
    }

    @Test("a label that two give at the same time takes over what was counted once", .hangGuard)
    func relabelledByBoth() async throws {
        let fixture = try QueueFixture(.postgres, database: try #require(TestCluster.shared).newDatabase())
        let first = try fixture.open()
        let second = try fixture.open { configuration in
            configuration.rename("second")
            configuration.forwarding = .never
        }
        _ = try await first.accept(try (1...5).map { try submission($0, source: "name") })
        let other = try fixture.connect()
        try other.run("SET idle_in_transaction_session_timeout = 0; BEGIN; SELECT 1 FROM tallies FOR UPDATE")
        async let here: Void = first.relabel(source: "name", as: "label")
        async let there: Void = second.relabel(source: "name", as: "label")
        let observer = try fixture.connect()
        let waiting = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        while try observer.run(waiting).text != "2" {
            try Task.checkCancellation()
            await Task.yield()
        }
        try other.run("COMMIT")
        _ = try await (here, there)
        #expect(try await first.tallies().map(\.source) == ["label"])
        #expect(try await first.tallies().map(\.count) == [5])
        for queue in [first, second] { await queue.close() }
        try fixture.audit()
    }

    @Test("looking for what earlier versions left, and for what is 0, writes nothing where there is nothing")
    func lookingOnly() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open()
        _ = try await first.accept(try (1...9).map { try submission($0) })
        _ = try await first.accept([try submission(1, score: 2)])
        _ = try await first.erase([try submission(2).response.id])
        let queue = try fixture.open { configuration in
            configuration.rename("second")
            configuration.forwarding = .never
        }
        let versions = """
            SELECT string_agg(xmin::text || xmax::text, ' ') FROM (
                SELECT xmin, xmax FROM responses UNION ALL SELECT xmin, xmax FROM books
                UNION ALL SELECT xmin, xmax FROM tallies
            ) AS all_rows
            """
        let observer = try fixture.connect()
        let before = try observer.run(versions).text
        try await queue.tallyAllFormer()
        try await queue.removeEmptyTallies()
        #expect(try observer.run(versions).text == before)
        for queue in [queue, first] { await queue.close() }
        try fixture.audit()
    }

    @Test("another version's collector is seen while it is there")
    func otherVersions() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue({ $0.version = "2.0.0" }) { queue in
            #expect(try await queue.hasOtherVersions() == false)
            let connection = try fixture.connect()
            try connection.run("INSERT INTO collectors (name, version, stands) VALUES ('x', '2.0.0', true)")
            #expect(try await queue.hasOtherVersions() == false)
            try connection.run("INSERT INTO collectors (name, version, stands) VALUES ('y', '1.9.0', true)")
            #expect(try await queue.hasOtherVersions())
            try connection.run("UPDATE collectors SET seen_at = now() - interval '2 days' WHERE name = 'y'")
            #expect(try await queue.hasOtherVersions() == false)
        }
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
