import Foundation
import NPSModel
import Synchronization
import TestSupport
import Testing

@testable import NPSQueue

@Suite("A queue in PostgreSQL", .enabled(if: TestCluster.shared != nil))
struct PostgresEngineTests {
    private func openFollower(_ fixture: QueueFixture) throws(QueueError) -> ResponseQueue {
        try fixture.open {
            $0.forwarding = .never
            $0.rename("follower")
        }
    }

    @Test("a collector that doesn't forward accepts, shows and erases, and is given nothing to send")
    func follower() async throws {
        let fixture = try QueueFixture(.postgres)
        let (leader, follower) = (try fixture.open(), try openFollower(fixture))
        #expect(try await follower.accept([try submission(1), try submission(2)]).outcomes == [.accepted, .accepted])
        #expect(try await follower.claim(limit: 10).isEmpty)
        #expect(try await follower.nextDue() == nil)
        #expect(try await leader.nextDue() != nil)
        #expect(try await leader.accept([try submission(1)]).outcomes == [.unchanged(.sameContent)])
        #expect(try await follower.erase([try submission(2).response.id]) == 1)
        let claims = try await leader.claim(limit: 10)
        #expect(claims.map(\.response.id) == [try submission(1).response.id])
        #expect(try await follower.status().sending == 1)
        try await leader.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
        #expect(try await follower.show(try submission(1).response.id)?.state == .delivered)
        #expect(try await books(of: follower) == books(of: leader))
        await leader.close()
        await follower.close()
        try fixture.audit()
    }

    /// Without when each of them was there last, which they say again and again.
    private func books(of queue: ResponseQueue) async throws -> QueueStatus {
        var status = try await queue.status()
        status.leadership = nil
        return status
    }

    @Test("the collector that forwards looks for what others have accepted")
    func poll() async throws {
        let fixture = try QueueFixture(.postgres)
        let (leader, follower) = (try fixture.open { $0.arrivalPause = 0.01 }, try openFollower(fixture))
        var arrivals = leader.arrivals().makeAsyncIterator()
        _ = try await follower.accept([try submission(1)])
        var claims: [Claim] = []
        while claims.isEmpty {
            await arrivals.next()
            claims = try await leader.claim(limit: 1)
        }
        await leader.close()
        await follower.close()
    }

    @Test("whoever takes over is the only one to forward, and late verdicts of the other settle nothing")
    func takeover() async throws {
        let fixture = try QueueFixture(.postgres)
        let first = try fixture.open()
        _ = try await first.accept(try (1...3).map { try submission($0) })
        let old = try await first.claim(limit: 1)
        let second = try fixture.open { $0.rename("second") }
        #expect(try await first.claim(limit: 10).isEmpty)
        // What the first was sending waits until it can have no effect any more.
        #expect(try await second.claim(limit: 10).count == 2)
        fixture.clock.advance(by: 100)
        let new = try #require(try await second.claim(limit: 10).first)
        #expect(new.response.id == old.first?.response.id && new.mustUpsert)
        try await first.settle(old.map { $0.verdict(.delivered(planhatID: "late")) })
        try await first.release(old.map(\.response.id))
        #expect(try await second.show(new.response.id)?.state == .sending)
        try await second.settle([new.verdict(.delivered(planhatID: "right"))])
        #expect(try await first.show(new.response.id)?.planhatId == "right")
        #expect(try await first.accept([try submission(4)]).outcomes == [.accepted])
        await first.close()
        await second.close()
        try fixture.audit()
    }

    @Test("the same ids come to two collectors at once, a fifth with edits: nothing is lost, nothing is twice there")
    func crossing() async throws {
        let fixture = try QueueFixture(.postgres)
        let (leader, follower) = (try fixture.open(), try openFollower(fixture))
        let count = 400
        let start = fixture.clock.now
        let originals = try (0..<count).map { try submission($0, score: 1, updatedAt: start) }
        let edits = try stride(from: 0, to: count, by: 5).map { number in
            try submission(number, score: 9, comment: "changed", updatedAt: start.addingTimeInterval(1))
        }
        let planhat = Planhat()
        try await withThrowingTaskGroup { group in
            for queue in [leader, follower] {
                for (index, set) in [originals, edits, originals.reversed()].enumerated() {
                    for part in stride(from: 0, to: set.count, by: 7 + index) {
                        group.addTask {
                            _ = try await queue.accept(Array(set[part..<min(part + 7 + index, set.count)]))
                        }
                    }
                }
            }
            for _ in 0..<20 { group.addTask { try await planhat.deliver(leader, limit: 30) } }
            try await group.waitForAll()
        }
        while try await leader.nextDue() != nil { try await planhat.deliver(leader, limit: 100) }
        let status = try await follower.status()
        #expect(status.accepted == count && status.delivered == count && status.balances)
        let records = await planhat.records
        #expect(records.count == count)
        for number in 0..<count {
            let id = try submission(number).response.id
            #expect(records[id] == (number.isMultiple(of: 5) ? 9 : 1))
        }
        await leader.close()
        await follower.close()
        try fixture.audit()
    }

    @Test("sessions that the server ends again and again lose nothing and double nothing", .hangGuard)
    func terminations() async throws {
        let fixture = try QueueFixture(.postgres)
        let (leader, follower) = (try fixture.open(), try openFollower(fixture))
        let planhat = Planhat()
        let ledger = Ledger()
        // While each dozen is on its way.
        let killing = Mutex(try fixture.connect())
        try await ledger.fill(360, through: [leader, follower]) {
            try? await planhat.deliver(leader, limit: 20)
            killing.withLock { connection in
                _ = try? connection.run(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name ~ '\(fixture.schema)/' AND pid <> pg_backend_pid() AND random() < 0.4
                    """
                )
            }
        }
        while try await leader.nextDue() != nil {
            fixture.clock.advance(by: 100)
            try await planhat.deliver(leader, limit: 100)
        }
        try await ledger.check(leader, planhat)
        await leader.close()
        await follower.close()
        try fixture.audit()
    }

    @Test("time passes once, however many collectors observe it")
    func clock() async throws {
        let fixture = try QueueFixture(.postgres)
        let (leader, follower) = (try fixture.open(), try openFollower(fixture))
        _ = try await leader.observeClock(after: .zero)
        for _ in 1...6 {
            fixture.clock.advance(by: 3_600)
            // Were it counted, six hours would be over after three.
            let reading = try await follower.observeClock(after: .seconds(3_600))
            #expect(reading.past == nil)
            _ = try await leader.observeClock(after: .seconds(3_600))
        }
        #expect(try await follower.observeClock(after: .zero).past == fixture.clock.now)
        await leader.close()
        await follower.close()
    }

    @Test("a newer schema is refused unless it says that this program may use it")
    func versions() async throws {
        let fixture = try QueueFixture(.postgres)
        await (try fixture.open()).close()
        let connection = try fixture.connect()
        try connection.run("INSERT INTO schema_version VALUES (\(PostgresSchema.version + 1), 1)")
        await (try fixture.open()).close()
        let next = PostgresSchema.version + 1
        try connection.run("INSERT INTO schema_version VALUES (\(next + 1), \(next))")
        let error = #expect(throws: QueueError.self) { try fixture.open() }
        guard case .newerSchema = error else {
            Issue.record("not refused for its schema: \(error.debugDescription)")
            return
        }
    }

    @Test("what a start would meet is found without a start, and nothing is made")
    func findings() async throws {
        let cluster = try #require(TestCluster.shared)
        let fixture = try QueueFixture(.postgres)
        let address = try cluster.address(schema: fixture.schema)
        let before = try PostgresFindings(of: address)
        #expect(!before.hasTables && !before.isReplicated && before.version.hasPrefix("1"))
        #expect(before.sentence.contains("has no tables") && before.sentence.contains("a failover may lose"))
        await (try fixture.open()).close()
        #expect(try PostgresFindings(of: address).sentence.contains("has the queue's tables"))
        let absent = #expect(throws: QueueError.self) {
            try PostgresFindings(of: try PostgresAddress("postgres://nobody@%2Fnonexistent/nps"))
        }
        guard case .database = absent else {
            Issue.record("\(absent.debugDescription)")
            return
        }
    }

    @Test(
        "a server whose log gets what people answer is named",
        // Two at the same time can't be granted something on the same database.
        .serialized,
        arguments: [
            (["log_statement = 'none'"], false), (["log_statement = 'ddl'"], false), (["log_statement = 'mod'"], true),
            (["log_min_duration_statement = '1s'"], true),
            (["log_min_duration_statement = '1s'", "log_parameter_max_length = 0"], false),
            (["log_parameter_max_length_on_error = 10"], true),
        ] as [([String], Bool)]
    )
    func logging(settings: [String], logsValues: Bool) throws {
        let cluster = try #require(TestCluster.shared)
        // As a role has it for which the server's administrator has set that.
        let role = TestCluster.newSchema()
        try cluster.administer("CREATE ROLE \(role) LOGIN", "GRANT CREATE ON DATABASE nps TO \(role)")
        for setting in settings { try cluster.administer("ALTER ROLE \(role) SET \(setting)") }
        let findings = try PostgresFindings(of: try cluster.address(schema: role, user: role))
        #expect(findings.logsValues == logsValues)
        #expect(findings.sentence.contains("what people answer") == logsValues)
    }

    @Test("a page of a list ends with the response that reaches its bytes, and what follows isn't even sent")
    func pages() async throws {
        let fixture = try QueueFixture(.postgres)
        try await fixture.withQueue { queue in
            let comment = String(repeating: "x", count: 10_000)
            _ = try await queue.accept(try (1...5).map { try submission($0, comment: comment) })
            let counts = try await queue.read { transaction in
                let rows = try #require(transaction.rows as? PostgresRows).locking(false)
                return try [1, 10_000, 21_000, 1_000_000].map { limit in
                    try rows.load(.all(after: 0, limit: 9), byteLimit: limit).count
                }
            }
            #expect(counts == [1, 1, 2, 5])
        }
    }

    @Test("a session waits for the disk, whatever the server is set to now or later")
    func durability() throws {
        let connection = try (try #require(TestCluster.shared)).connect(schema: "public")
        try connection.assertSuitable()
        let source = "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"
        #expect(try connection.run(source).text == "session")
        try connection.run("SET synchronous_commit = off")
        try connection.assertSuitable()
        #expect(try connection.run("SHOW synchronous_commit").text == "on")
        try connection.run("SET synchronous_commit = remote_apply")
        try connection.assertSuitable()
        #expect(try connection.run("SHOW synchronous_commit").text == "remote_apply")
    }
}

extension ResponseQueue.Configuration {
    /// Another collector on the same database.
    mutating func rename(_ name: String) {
        guard case .postgres(var address) = store else { return }
        address.name = "\(name)-\(address.schema)"
        store = .postgres(address)
    }
}
