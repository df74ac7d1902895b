import Foundation
import TestSupport
import Testing

@testable import NPSQueue

@Suite("The tables in PostgreSQL", .enabled(if: TestCluster.shared != nil))
struct PostgresSchemaTests {
    private static let lock = Query("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))")
    private static let waits = Query(
        """
        SELECT virtualtransaction FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE application_name = $1::text AND NOT granted
        """
    )
    private static let version = Query("SELECT max(version)::int8 FROM schema_version")
    private static let note = Query("INSERT INTO schema_version (version, oldest_program) VALUES ($1::int8, $2::int8)")

    /// Makes the tables with so little time for a lock that it takes several attempts.
    private static func prepare(_ schema: String, _ cluster: TestCluster, patience: Duration) throws {
        let connection = try cluster.connect(schema: schema)
        try connection.run("SET lock_timeout = '20ms'")
        try PostgresSchema.prepare(connection, for: cluster.address(schema: schema), patience: patience)
    }

    @Test("a collector that starts while another makes the tables waits for longer than the server's limit", .hangGuard)
    func waiting() async throws {
        let cluster = try #require(TestCluster.shared)
        let schema = TestCluster.newSchema()
        let other = try cluster.connect(schema: schema)
        try other.run("SET idle_in_transaction_session_timeout = 0; BEGIN")
        try other.execute(Self.lock, PostgresParameters("nps-collector \(schema)"))
        let refusal = #expect(throws: PostgresError.self) { try Self.prepare(schema, cluster, patience: .zero) }
        #expect(refusal?.code == "55P03")

        async let start: Void = withCheckedThrowingContinuation { continuation in
            // It blocks, which no task may do.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try Self.prepare(schema, cluster, patience: .seconds(600)) })
            }
        }
        // Each attempt is a transaction of its own. Within one, the other would always see the same.
        let observer = try cluster.connect(schema: schema)
        var attempts: Set<String> = []
        while attempts.count < 2 {
            let rows = try observer.execute(Self.waits, PostgresParameters("nps-collector/\(schema)/test")).rows
            for row in rows { attempts.insert(try row.value(0)) }
            await Task.yield()
        }
        try other.run("COMMIT")
        try await start
        #expect(try observer.execute(Self.version).first?.value(0) == PostgresSchema.version)
    }

    /// Begins a step with much patience.
    private static func step(_ schema: String, _ cluster: TestCluster) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            // It blocks, which no task may do.
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        let connection = try cluster.connect(schema: schema)
                        let address = try cluster.address(schema: schema)
                        try PostgresSchema.prepare(connection, for: address, patience: .seconds(600))
                    }
                )
            }
        }
    }

    /// One response, in the tables of the version before.
    private static func former() async throws -> QueueFixture {
        let fixture = try QueueFixture(.postgres)
        _ = try await fixture.withQueue { try await $0.accept([try submission(1)]) }
        try fixture.connect().run(
            """
            ALTER TABLE responses DROP COLUMN tally;
            DROP TABLE tallies, traffic, audit;
            DELETE FROM schema_version WHERE version = \(PostgresSchema.version);
            """
        )
        return fixture
    }

    /// Returns when somebody has waited for the responses for so long.
    private static func untilWaited(_ time: String, on connection: PostgresConnection) async throws {
        let isWaiting = """
            SELECT EXISTS (
                SELECT 1 FROM pg_locks WHERE relation = 'responses'::regclass AND NOT granted
                    AND clock_timestamp() - waitstart > \(time)
            )
            """
        while try connection.run(isWaiting).text != "t" {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test("a step waits for a dump's end without holding up others, and gives up in the end", .hangGuard)
    func readTables() async throws {
        let cluster = try #require(TestCluster.shared)
        let fixture = try await Self.former()
        let dump = try fixture.connect()
        try dump.run("SET idle_in_transaction_session_timeout = 0; BEGIN; LOCK TABLE responses IN ACCESS SHARE MODE")
        let refusal = #expect(throws: QueueError.self) {
            try PostgresSchema.prepare(
                try fixture.connect(),
                for: cluster.address(schema: fixture.schema),
                patience: .zero
            )
        }
        #expect(refusal?.description.contains("Wait for its end, and start again") == true)

        async let step: Void = Self.step(fixture.schema, cluster)
        // An older collector goes on, behind each attempt.
        let collector = try fixture.connect()
        try collector.run("SET lock_timeout = '1s'")
        for _ in 1...3 {
            try await Self.untilWaited("interval '0'", on: collector)
            try collector.run("UPDATE responses SET attempts = 0")
        }
        try dump.run("COMMIT")
        try await step
        try await fixture.withQueue { queue in
            try await queue.tallyAllFormer()
            #expect(try await queue.tallies().map(\.count) == [1])
        }
    }

    @Test("a step waits for a vacuum for so long that the server ends its own", .hangGuard)
    func vacuumedTables() async throws {
        let cluster = try #require(TestCluster.shared)
        let fixture = try await Self.former()
        let vacuum = try fixture.connect()
        // As a vacuum does.
        try vacuum.run(
            """
            SET idle_in_transaction_session_timeout = 0;
            BEGIN; LOCK TABLE responses IN SHARE UPDATE EXCLUSIVE MODE
            """
        )
        async let step: Void = Self.step(fixture.schema, cluster)
        try await Self.untilWaited("current_setting('deadlock_timeout')::interval", on: try fixture.connect())
        try vacuum.run("COMMIT")
        try await step
    }

    @Test(
        "tables of a newer program are used as far as that says that they may be",
        arguments: [(1, true), (PostgresSchema.version, true), (PostgresSchema.version + 1, false)]
    )
    func newer(oldestProgram: Int, isUsable: Bool) async throws {
        let fixture = try QueueFixture(.postgres)
        _ = try await fixture.withQueue { try await $0.accept([try submission(1)]) }
        let connection = try fixture.connect()
        // What a later step may do: add.
        try connection.run("ALTER TABLE responses ADD COLUMN later text; CREATE TABLE later (id bigint)")
        try connection.execute(Self.note, PostgresParameters(PostgresSchema.version + 1, oldestProgram))
        guard isUsable else {
            let error = #expect(throws: QueueError.self) { try fixture.open() }
            #expect(error?.description.contains("newer nps-collector") == true)
            return
        }
        try await fixture.withQueue { queue in
            let outcomes = try await queue.accept([try submission(1), try submission(2)]).outcomes
            #expect(outcomes == [.unchanged(.sameContent), .accepted])
            let claims = try await queue.claim(limit: 10)
            try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
            #expect(try await queue.status().delivered == 2)
        }
        try fixture.audit()
    }
}
