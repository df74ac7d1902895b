import Foundation
import Logging
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("What was erased in PostgreSQL", .enabled(if: TestCluster.shared != nil))
struct PostgresVacuumTests {
    @Test("after an erasure the tables are vacuumed, and again a minute after that at the earliest")
    func vacuum() async throws {
        var isTooBusy = true
        // On a busy machine the server may not be done within the two seconds that it gets.
        for _ in 1...20 where isTooBusy {
            let fixture = try QueueFixture(.postgres)
            let logs = RecordedLogs(level: .info)
            let queue = try fixture.open(logger: logs.logger)
            _ = try await queue.accept([try submission(1), try submission(2)], quarantining: [draft("a")])
            #expect(try vacuums(fixture) == ["0", "0"])
            #expect(try await queue.erase([try submission(1).response.id]) == 1)
            isTooBusy = logs.lines.contains { $0.hasPrefix(Self.failed) }
            if !isTooBusy {
                #expect(try vacuums(fixture) == ["1", "1"])
                #expect(try await queue.erase([try submission(2).response.id]) == 1)
                #expect(try vacuums(fixture) == ["1", "1"])
            }
            await queue.close()
        }
        #expect(!isTooBusy)
    }

    private static let failed = "info Deleted rows were not vacuumed"

    /// How often each of the tables with words was vacuumed.
    private func vacuums(_ fixture: QueueFixture) throws -> [String?] {
        let connection = try fixture.connect()
        return try ["responses", "quarantine"].map { table in
            let count = "SELECT vacuum_count FROM pg_stat_all_tables WHERE relid = '\(table)'::regclass"
            return try connection.run(count).text
        }
    }

    @Test("a second vacuum is owed a minute later, for what an older transaction kept from the first")
    func rounds() {
        let now = ContinuousClock.now
        var vacuum = PostgresLane.Vacuum()
        vacuum.owe()
        vacuum.succeed(at: now)
        #expect(vacuum.isOwed && vacuum.earliest == now + .seconds(60))
        vacuum.fail(at: now)
        #expect(vacuum.isOwed && vacuum.earliest == now + .seconds(1_800))
        vacuum.succeed(at: now)
        #expect(!vacuum.isOwed)
        vacuum.succeed(at: now)
        vacuum.owe()
        #expect(vacuum.isOwed)
    }

    @Test("a vacuum that can't be made is no error of the erasure")
    func failure() async throws {
        let fixture = try QueueFixture(.postgres)
        let logs = RecordedLogs()
        let queue = try fixture.open(logger: logs.logger)
        _ = try await queue.accept([try submission(1)])
        let other = try fixture.connect()
        try other.run("SET idle_in_transaction_session_timeout = 0")
        try other.run("BEGIN")
        // Lets everything through but a vacuum.
        try other.run("LOCK TABLE quarantine IN SHARE UPDATE EXCLUSIVE MODE")
        #expect(try await queue.erase([try submission(1).response.id]) == 1)
        #expect(logs.lines.contains { $0.hasPrefix(Self.failed) })
        #expect(try await queue.status().erased == 1)
        await queue.close()
    }

    /// What `ThreatModel` says, so that it is noticed when it isn't so any more.
    @Test(
        "its bytes stay in the table's file, vacuumed or not, and only a key keeps them from being read",
        arguments: [true, false]
    )
    func remains(isSealed: Bool) async throws {
        let cluster = try #require(TestCluster.shared)
        let fixture = try QueueFixture(isSealed ? .postgresWithKey : .postgres)
        let path = try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...10).map { try submission($0, comment: "canary canary canary canary") })
            #expect(try await queue.erase(try (1...10).map { try submission($0).response.id }) == 10)
            return try #require(try fixture.connect().run("SELECT pg_relation_filepath('responses')").text)
        }
        let canary = Data("canary".utf8)
        #expect(try fixture.bytes().range(of: canary) == nil)
        #expect(try (cluster.bytes(ofFile: path).range(of: canary) != nil) == !isSealed)
    }
}
