import Foundation
import Logging
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("What people write, sealed in PostgreSQL", .enabled(if: TestCluster.shared != nil))
struct PostgresPayloadKeyTests {
    private static let first = PayloadKeys.entry("k1", 1)
    private static let second = PayloadKeys.entry("k2", 2)

    private func open(
        _ fixture: QueueFixture,
        _ entries: [String],
        name: String? = nil,
        forwards: Bool = true
    ) throws(QueueError) -> ResponseQueue {
        let keys = try PayloadKeys(entries)
        return try fixture.open {
            $0.seal(with: keys)
            $0.forwarding = forwards ? .atOnce : .never
            if let name { $0.rename(name) }
        }
    }

    private func id(_ number: Int) throws -> ResponseID { try submission(number).response.id }

    /// Why a collector with these keys doesn't start, and `check` says the same; nil when it does.
    private func refusal(_ fixture: QueueFixture, _ entries: [String]) async throws -> String? {
        var address = try #require(TestCluster.shared).address(schema: fixture.schema)
        address.payloadKeys = try PayloadKeys(entries)
        do {
            await (try open(fixture, entries)).close()
            _ = try PostgresFindings(of: address)
            return nil
        } catch {
            let found = #expect(throws: QueueError.self) { try PostgresFindings(of: address) }
            #expect(found?.description == "\(error)")
            return "\(error)"
        }
    }

    @Test(
        "no word and no address is in any table, whatever becomes of a response or a payload",
        arguments: [true, false]
    )
    func canaries(isSealed: Bool) async throws {
        let fixture = try QueueFixture(.postgres)
        let queue = try open(fixture, isSealed ? [Self.first] : [])
        func response(_ number: Int, _ word: String = "one") throws -> Submission {
            try submission(number, comment: "canary-\(word)", email: "canary\(number)@example.com")
        }
        func check() throws {
            let rows = String(decoding: try fixture.bytes(), as: UTF8.self).lowercased()
            #expect(rows.contains("canary") == !isSealed)
        }
        _ = try await queue.accept(
            try (1...5).map { try response($0) },
            quarantining: [
                QuarantineDraft(
                    source: "acme",
                    deliveryID: "canary-delivery",
                    contentType: "text/canary",
                    body: Array("{\"email\":\"canary@example.com\"}".utf8),
                    problems: []
                )
            ]
        )
        try check()
        let claims = try await queue.claim(limit: 2)
        try check()
        try await queue.settle([
            claims[0].verdict(.park(reason: "refused")),
            claims[1].verdict(.retry(at: fixture.clock.now, reason: "later", countsAttempt: true)),
        ])
        try check()
        _ = try await queue.accept([try response(1, "two"), try response(3, "two")])
        _ = try await queue.retryParked()
        try check()
        #expect(try await queue.show(try id(3))?.comment == "canary-two")
        #expect(try await queue.list(QueueFilter(person: try EmailAddress("Canary4@example.com"))).count == 1)
        let entry = try #require(try await queue.quarantine().first)
        #expect(entry.deliveryID == "canary-delivery" && entry.contentType == "text/canary" && entry.bodySize == 30)
        #expect(try await queue.quarantineEntry(entry.id)?.body?.count == 30)
        #expect(
            try await queue.eraseQuarantined(try EmailAddress("canary@example.com"), within: .seconds(60)).count == 1
        )
        await queue.close()
        try fixture.audit()
    }

    @Test("what somebody changed, or put into another row, is parked or left alone, and concerns no other row")
    func tampering() async throws {
        let fixture = try QueueFixture(.postgres)
        let queue = try open(fixture, [Self.first])
        _ = try await queue.accept(
            try (1...4).map { try submission($0) },
            quarantining: [draft("one ana@example.com"), draft("two bo@example.com"), draft("three cy@example.com")]
        )
        try fixture.connect().run(
            """
            UPDATE responses AS r SET payload = other.payload FROM responses AS other
            WHERE (r.sequence, other.sequence) IN ((1, 2), (2, 1));
            UPDATE responses SET payload = left(payload, -4) WHERE sequence = 3;
            UPDATE quarantine AS q SET body = other.body FROM quarantine AS other
            WHERE (q.id, other.id) IN ((1, 2), (2, 1));
            UPDATE quarantine SET delivery_id = 'enc1.k9.AAAA' WHERE id = 3
            """
        )
        #expect(try await queue.claim(limit: 9).map(\.response.id) == [try id(4)])
        #expect(try await queue.list(QueueFilter(state: .parked)).compactMap(\.email).isEmpty)
        #expect(try await queue.status().parked == 3)
        #expect(try await queue.quarantine().map(\.deliveryID) == [nil, nil, "enc1.k9.AAAA"])
        #expect(try await queue.eraseQuarantined(try EmailAddress("ana@example.com"), within: .seconds(60)).count == 0)
        #expect(try await queue.eraseQuarantined(try EmailAddress("cy@example.com"), within: .seconds(60)).count == 1)
        // Put back, it can be read again: nothing has been sealed over it.
        try fixture.connect().run(
            """
            UPDATE responses AS r SET payload = other.payload FROM responses AS other
            WHERE (r.sequence, other.sequence) IN ((1, 2), (2, 1))
            """
        )
        _ = try await queue.retryParked()
        #expect(Set(try await queue.claim(limit: 9).map(\.response.id)) == [try id(1), try id(2)])
        await queue.close()
        try fixture.audit()
    }

    @Test("what is sealed for one database is of no use in another, unless that has the same key of its own")
    func twoDatabases() async throws {
        let (here, there) = (try QueueFixture(.postgres), try QueueFixture(.postgres))
        for fixture in [here, there] {
            let queue = try open(fixture, [Self.first])
            _ = try await queue.accept([try submission(1)])
            await queue.close()
        }
        let connection = try there.connect()
        try connection.run("UPDATE responses SET payload = (SELECT payload FROM \(here.schema).responses)")
        var queue = try open(there, [Self.first])
        #expect(try await queue.claim(limit: 1).isEmpty)
        await queue.close()
        try connection.run("UPDATE person_key SET key = (SELECT key FROM \(here.schema).person_key)")
        queue = try open(there, [Self.first])
        _ = try await queue.retryParked()
        #expect(try await queue.claim(limit: 1).count == 1)
        await queue.close()
    }

    @Test("a collector without the key, or with another under its name, doesn't start, and the reason says what to do")
    func refusals() async throws {
        let fixture = try QueueFixture(.postgres)
        var queue = try open(fixture, [Self.first])
        _ = try await queue.accept([try submission(1)], quarantining: [draft("a")])
        await queue.close()
        #expect(try await refusal(fixture, [])?.contains("has no key: give it theirs (k1)") == true)
        #expect(try await refusal(fixture, [PayloadKeys.entry("k1", 3)])?.contains("k1 is another key there") == true)
        #expect(try await refusal(fixture, [Self.second])?.contains("sealed with k1, which isn't listed") == true)
        #expect(try await refusal(fixture, [Self.second, Self.first]) == nil)
        queue = try open(fixture, [Self.second, Self.first])
        #expect(try await queue.claim(limit: 1).first?.response.email.address == "person1@example.com")
        _ = try await queue.erase([try id(1)])
        await queue.close()
        #expect(try await refusal(fixture, [Self.second])?.contains("sealed with k1, which isn't listed") == true)
        queue = try open(fixture, [Self.second, Self.first])
        _ = try await queue.discard(try await queue.quarantine().map(\.id))
        await queue.close()
        #expect(try await refusal(fixture, [Self.second]) == nil)
        // Not searched for again, until it seals again.
        let unused = "SELECT string_agg(kid, ' ') FROM payload_keys WHERE unused"
        #expect(try fixture.connect().run(unused).text == "k1")
        #expect(try await refusal(fixture, [Self.second, Self.first]) == nil)
        #expect(try fixture.connect().run(unused).text == "k1")
        #expect(try await refusal(fixture, [Self.first, Self.second]) == nil)
        #expect(try fixture.connect().run(unused).text == nil)
        // Its name is taken for ever.
        #expect(try await refusal(fixture, [Self.second, PayloadKeys.entry("k1", 3)])?.contains("another key") == true)
    }

    @Test("what is written anew is sealed with the newest key: an edit, a retry, a failed attempt")
    func rotation() async throws {
        let fixture = try QueueFixture(.postgres)
        let logs = RecordedLogs(level: .notice)
        var queue = try open(fixture, [])
        _ = try await queue.accept(try (1...3).map { try submission($0) }, quarantining: [draft("a")])
        await queue.close()
        let keys = try PayloadKeys([Self.first])
        queue = try fixture.open(logger: logs.logger) { $0.seal(with: keys) }
        #expect(
            logs.lines.contains { $0.contains("stored without the payload key") && $0.contains("\"responses\": 3") }
        )
        _ = try await queue.accept([try submission(1, score: 1)])
        #expect(try kids(fixture) == ["k1", nil, nil])
        await queue.close()
        queue = try open(fixture, [Self.second, Self.first])
        try await queue.settle(try await queue.claim(limit: 1).map { $0.verdict(.park(reason: "no")) })
        #expect(try kids(fixture) == ["k2", nil, nil])
        try await queue.settle(
            try await queue.claim(limit: 1).map {
                $0.verdict(.retry(at: fixture.clock.now.addingTimeInterval(60), reason: "later", countsAttempt: true))
            }
        )
        #expect(try kids(fixture) == ["k2", "k2", nil])
        try await queue.settle(try await queue.claim(limit: 1).map { $0.verdict(.delivered(planhatID: nil)) })
        #expect(try await queue.show(try id(1))?.score == 1)
        await queue.close()
        queue = try open(fixture, [Self.second])
        #expect(try await queue.quarantine().count == 1)
        await queue.close()
        try fixture.audit()
    }

    private func endSessions(of name: String, on connection: PostgresConnection) throws {
        try connection.run(
            """
            SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
            WHERE application_name ~ '\(name)/' AND application_name !~ '/test$'
            """
        )
    }

    /// With which keys the payloads of responses are sealed, in the order of acceptance; nil for those that aren't.
    private func kids(_ fixture: QueueFixture) throws -> [String?] {
        let payloads = Query("SELECT payload FROM responses WHERE payload IS NOT NULL ORDER BY sequence")
        return try fixture.connect().execute(payloads).rows.map { row in
            SealedValue(try row.value(0) as String)?.kid
        }
    }

    @Test(
        "the first key comes while no collector runs; until then programs that know nothing of keys may share the tables"
    )
    func firstKey() async throws {
        let fixture = try QueueFixture(.postgres)
        let connection = try fixture.connect()
        let plain = try open(fixture, [], forwards: false)
        let oldest = "SELECT max(oldest_program) FROM schema_version"
        #expect(try connection.run(oldest).text == "1")
        let refused = #expect(throws: QueueError.self) { try open(fixture, [Self.first], name: "sealing") }
        #expect(refused?.description.contains("\(fixture.schema)/work): stop them all") == true)
        #expect(try connection.run(oldest).text == "1")
        var address = try #require(TestCluster.shared).address(schema: fixture.schema)
        address.payloadKeys = try PayloadKeys([Self.first])
        // What runs now needn't run then.
        #expect(try PostgresFindings(of: address).sentence.contains("stop all collectors before"))
        await plain.close()
        let sealed = try open(fixture, [Self.first])
        #expect(try #require(try connection.run(oldest).text.flatMap(Int.init)) > 1)
        // Not the first any more: others run, and know it.
        let other = try open(fixture, [Self.first], name: "other", forwards: false)
        #expect(try await other.accept([try submission(1)]).outcomes == [.accepted])
        #expect(try await sealed.claim(limit: 1).first?.response.id == (try id(1)))
        await sealed.close()
        await other.close()
    }

    @Test("the first key waits for whoever is looking at the register, and gives up for now after two seconds")
    func firstKeyWaits() async throws {
        let fixture = try QueueFixture(.postgres)
        await (try open(fixture, [], name: "before")).close()
        let connection = try fixture.connect()
        try connection.run("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT kid FROM payload_keys")
        #expect(throws: QueueError.self) { try open(fixture, [Self.first]) }
        try connection.run("ROLLBACK")
    }

    @Test("a table that can't be read right now doesn't keep a collector with a key from starting")
    func uncounted() async throws {
        let fixture = try QueueFixture(.postgres)
        await (try open(fixture, [Self.first])).close()
        let connection = try fixture.connect()
        try connection.run("SET idle_in_transaction_session_timeout = 0; BEGIN; LOCK TABLE quarantine")
        let queue = try open(fixture, [Self.first])
        try connection.run("ROLLBACK")
        await queue.close()
    }

    @Test("one whose name isn't ASCII is found, too, although the server shows another")
    func foreignName() async throws {
        let fixture = try QueueFixture(.postgres)
        let plain = try open(fixture, [], name: "büro", forwards: false)
        #expect(throws: QueueError.self) { try open(fixture, [Self.first]) }
        await plain.close()
    }

    @Test("one that was away when the others got their key doesn't come back without it")
    func lateComer() async throws {
        let fixture = try QueueFixture(.postgres)
        let queue = try open(fixture, [])
        let connection = try fixture.connect()
        try connection.run("INSERT INTO payload_keys VALUES ('k1', sha256('other'))")
        try endSessions(of: fixture.schema, on: connection)
        try connection.run("DELETE FROM books")
        let error = await #expect(throws: QueueError.self) { try await queue.accept([try submission(1)]) }
        #expect(error?.description.contains("has no key") == true)
        // It had said that it is there before it looked: else the first key could have come in between.
        #expect(try connection.run("SELECT count(*) FROM books").text != "0")
        await queue.close()
    }

    @Test("what another seals with a key that isn't listed here is neither parked nor taken for damaged")
    func unlisted() async throws {
        let fixture = try QueueFixture(.postgres)
        let logs = RecordedLogs(level: .warning)
        let keys = try PayloadKeys([Self.first])
        let first = try fixture.open(logger: logs.logger) { $0.seal(with: keys) }
        let second = try open(fixture, [Self.second, Self.first], name: "second", forwards: false)
        _ = try await second.accept([try submission(1)], quarantining: [draft("a")])
        for _ in 1...2 {
            let error = await #expect(throws: QueueError.self) { try await first.claim(limit: 1) }
            #expect(error?.description.contains("seals with k2, which isn't listed") == true)
        }
        await #expect(throws: QueueError.self) { try await first.quarantineEntry(QuarantineID(rawValue: 1)) }
        _ = try await first.accept([], quarantining: [draft("b ana@example.com")])
        #expect(try await first.quarantine().count == 2)
        #expect(try await first.eraseQuarantined(try EmailAddress("ana@example.com"), within: .seconds(60)).count == 1)
        #expect(logs.lines.contains { $0.contains("were not searched") && $0.contains("\"payloads\": 1") })
        #expect(try await first.accept([try submission(2)]).outcomes == [.accepted])
        #expect(try await first.status().pending == 2)
        await first.close()
        let later = try open(fixture, [Self.second, Self.first])
        #expect(try await later.claim(limit: 9).count == 2)
        await second.close()
        await later.close()
        try fixture.audit()
    }

    @Test("what is sealed with a key that isn't listed is settled, given back, retried and erased all the same")
    func unopened() async throws {
        let fixture = try QueueFixture(.postgres)
        let queue = try open(fixture, [Self.first])
        let second = try open(fixture, [Self.second, Self.first], name: "second", forwards: false)
        _ = try await queue.accept(try (1...6).map { try submission($0) })
        let claims = try await queue.claim(limit: 5)
        // Sealed with the second key now, as an edit through the other collector does.
        _ = try await second.accept(try (1...6).map { try submission($0, score: 1) })
        #expect(try kids(fixture) == Array(repeating: "k2", count: 6))
        let verdicts: [Outcome] = [
            .delivered(planhatID: nil), .park(reason: "no"),
            .retry(at: fixture.clock.now.addingTimeInterval(60), reason: "later", countsAttempt: true),
        ]
        try await queue.settle(zip(claims, verdicts).map { $0.verdict($1) })
        try await queue.release([claims[3].response.id])
        _ = try await queue.retryParked()
        #expect(try await queue.erase(try EmailAddress("person6@example.com")).responses.count == 1)
        try endSessions(of: fixture.schema, on: try fixture.connect())
        #expect(try await queue.status().sending == 1)
        #expect(try kids(fixture) == Array(repeating: "k2", count: 5))
        await #expect(throws: QueueError.self) { try await queue.show(claims[4].response.id) }
        await queue.close()
        let later = try open(fixture, [Self.second, Self.first])
        fixture.clock.advance(by: 1_000)
        #expect(try await later.claim(limit: 9).map(\.response.score.value) == [1, 1, 1, 1, 1])
        await later.close()
        await second.close()
        try fixture.audit()
    }

    @Test("a body that begins as sealed ones do is read back as it came", arguments: [true, false])
    func alike(isSealed: Bool) async throws {
        let fixture = try QueueFixture(.postgres)
        let bodies = [
            "\0enc1.k1.", "\0enc1.k1." + String(repeating: "x", count: 40), "\0enc1.k9.AAAA", "\0", "enc1.k1.AAAA",
        ]
        let drafts = bodies.map { body in
            QuarantineDraft(
                source: "a",
                deliveryID: "enc1.k1.AAAA",
                contentType: body,
                body: Array(body.utf8),
                problems: []
            )
        }
        var queue = try open(fixture, isSealed ? [Self.first] : [])
        let ids = try await queue.accept([], quarantining: drafts).quarantined
        await queue.close()
        // Also for one that got its key later.
        queue = try open(fixture, [Self.first])
        for (id, body) in zip(ids, bodies) {
            let entry = try #require(try await queue.quarantineEntry(id))
            #expect(entry.body == Data(body.utf8) && entry.bodySize == body.utf8.count)
            #expect(entry.deliveryID == "enc1.k1.AAAA")
        }
        await queue.close()
    }
}

extension ResponseQueue.Configuration {
    mutating func seal(with keys: PayloadKeys) {
        guard case .postgres(var address) = store else { return }
        address.payloadKeys = keys
        store = .postgres(address)
    }
}
