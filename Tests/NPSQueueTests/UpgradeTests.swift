import Foundation
import GRDB
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Files of earlier versions")
struct UpgradeTests {
    static let files = ["queue-73a827a", "queue-4dcc2ec"]

    /// What a row says, in the words of `queue show`, as SQL reads it from the tables of that time.
    private static let formerRows = """
        SELECT sequence, id, state, source, payload, revision, received_at, accepted_at, delivered_at, planhat_id, reason,
            must_upsert, next_attempt_at,
            (SELECT COALESCE(MAX(number), 0) FROM attempts WHERE response = sequence) AS tries,
            (SELECT group_concat(at || outcome || COALESCE(reason, '-'), ' ') FROM
                (SELECT * FROM attempts WHERE response = sequence ORDER BY number)) AS history
        FROM responses ORDER BY sequence
        """

    private static func text(_ row: Row) -> String {
        let names = [
            "sequence", "id", "state", "source", "revision", "received_at", "accepted_at", "delivered_at", "planhat_id",
            "reason", "must_upsert", "next_attempt_at", "tries", "history",
        ]
        let values = names.map { (row[$0] as DatabaseValue).description }
        let content = (row["payload"] as String?).flatMap(StoredContent.init(json:))
        return (values + [content?.email, content?.comment].map { $0 ?? "NULL" }).joined(separator: "|")
    }

    private static func text(_ item: QueueItem) -> String {
        func time(_ date: Date?) -> String { date.map { "\(Milliseconds($0).rawValue)" } ?? "NULL" }
        func quoted(_ text: String?) -> String { text.map { $0.databaseValue.description } ?? "NULL" }
        let history = (item.history ?? []).map { attempt in
            "\(Milliseconds(attempt.at).rawValue)\(attempt.outcome.rawValue)\(attempt.reason ?? "-")"
        }
        let values = [
            "\(item.sequence)", quoted(item.id.rawValue), quoted(item.state.rawValue), quoted(item.source),
            "\(item.revision)", time(item.receivedAt), time(item.acceptedAt), time(item.deliveredAt),
            quoted(item.planhatId), quoted(item.reason), item.mustUpsert ? "1" : "0", time(item.nextAttemptAt),
            "\(item.attempts)", quoted(history.isEmpty ? nil : history.joined(separator: " ")),
        ]
        return (values + [item.email, item.comment].map { $0 ?? "NULL" }).joined(separator: "|")
    }

    /// The last stop left nothing that is being sent, so that a start changes nothing.
    private static func settle(_ connection: DatabaseQueue) throws {
        try connection.write { database in
            try database.execute(
                sql: """
                    UPDATE books SET pending = pending + sending, sending = 0;
                    UPDATE responses SET state = 'pending' WHERE state = 'sending';
                    """
            )
        }
    }

    private static func items(_ queue: ResponseQueue) async throws -> [QueueItem] {
        var items: [QueueItem] = []
        for item in try await queue.list(QueueFilter(limit: QueueFilter.maximum)) {
            items.append(try #require(try await queue.show(item.id)))
        }
        return items
    }

    @Test("all that its rows say is said after the upgrade, by slices or on demand", arguments: files, [true, false])
    func contents(file: String, isBySlices: Bool) async throws {
        let fixture = try QueueFixture()
        try fixture.copy(file)
        let connection = try DatabaseQueue(path: fixture.path)
        try Self.settle(connection)
        let expected = try await connection.read { try Row.fetchAll($0, sql: Self.formerRows).map(Self.text) }
        try connection.close()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            let before = try await queue.status()
            #expect(before.upgrade?.last == Int64(expected.count) && before.balances)
            if isBySlices {
                for _ in 0..<(expected.count / 7 + 1) { #expect(try await queue.upgrade(limit: 7) != nil) }
                #expect(try await queue.upgrade(limit: 7) == nil)
            }
            #expect(try await Self.items(queue).map(Self.text) == expected)
            var after = try await queue.status()
            after.upgrade = before.upgrade
            #expect(after == before)
        }
        try Audit(of: fixture.path).check()
    }

    @Test(
        "every operation finds what it is about, whatever has been brought over yet",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func onDemand(seed: UInt64) async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-4dcc2ec")
        // One is brought over before all else, the other in between.
        let reference = fixture.directory.appending(path: "reference.db").path
        try FileManager.default.copyItem(atPath: fixture.path, toPath: reference)
        let (first, second) = (try fixture.open(reference), try fixture.open())
        while try await first.upgrade() != nil {}
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            if Int.random(in: 0..<3, using: &generator) == 0 { _ = try await second.upgrade(limit: 2) }
            fixture.clock.advance(by: Double.random(in: 0...90, using: &generator))
            let step = try UpgradeStep(using: &generator)
            let (expected, found) = (try await step.run(first), try await step.run(second))
            #expect(found == expected, "\(step)")
        }
        while try await second.upgrade(limit: 9) != nil {}
        #expect(try await Self.items(second).map(Self.text) == Self.items(first).map(Self.text))
        #expect(try await second.status() == first.status())
        await first.close()
        await second.close()
        try Audit(of: fixture.path).check()
    }

    @Test("a row that can't be read is passed over, and all others are brought over")
    func damaged() async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-4dcc2ec")
        let connection = try DatabaseQueue(path: fixture.path)
        try await connection.write { database in
            try database.execute(
                sql: "UPDATE responses SET id = 'of another world ' || sequence WHERE sequence IN (7, 8, 43)"
            )
        }
        try connection.close()
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            var reached: Int64 = 0
            while let progress = try await queue.upgrade(limit: 5), progress.reached > reached {
                reached = progress.reached
            }
            #expect(reached == 43)
            let left = try await queue.transact { transaction in
                try Int.fetchOne(transaction.database, sql: "SELECT COUNT(*) FROM responses")
            }
            #expect(left == 3)
            #expect(try await queue.accept([try submission(44)]).outcomes == [.accepted])
        }
        try Audit(of: fixture.path).check()
    }

    @Test("a label takes the place of a source's name in rows of an earlier version, which stay where they are")
    func relabelling() async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-4dcc2ec")
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.upgrade(limit: 20)
            try await queue.relabel(source: "acme", as: "unsigned-01234567")
            #expect(try await queue.status().upgrade?.reached == 20)
            let sources = Set(try await queue.list(QueueFilter(limit: 100)).map(\.source))
            #expect(sources == ["test", "unsigned-01234567"])
        }
        #expect(try fixture.bytes().range(of: Data("acme".utf8)) == nil)
    }

    @Test("the file doesn't grow while thousands of rows are brought over")
    func size() async throws {
        let fixture = try QueueFixture()
        try FormerFile.make(
            fixture.path,
            upTo: "retention of parked responses",
            rows: """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
                INSERT INTO responses (id, state, source, digest, content_digest, person, revision, attempts, must_upsert,
                    received_at, accepted_at, delivered_at, closed_at)
                SELECT 'nps1-' || lower(hex(randomblob(16))), 'delivered', 'test', 'k1-' || lower(hex(randomblob(16))),
                    'k1-' || lower(hex(randomblob(16))), lower(hex(randomblob(16))), 1, 1, 0,
                    1000 * i, 1000 * i, 1000 * i, 1000 * i FROM n;
                INSERT INTO attempts SELECT sequence, 1, delivered_at, 'delivered', NULL FROM responses;
                UPDATE books SET accepted = 6000, delivered = 6000;
                """
        )
        let size = try Self.size(fixture.path)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            var largest = 0
            while try await queue.upgrade() != nil {
                largest = max(largest, try Self.size(fixture.path) + Self.size(fixture.path + "-wal"))
            }
            // The log holds 2,000 pages.
            #expect(largest < size + size / 5 + 12 << 20)
            try await queue.truncateLog()
            #expect(try Self.size(fixture.path) <= size)
        }
        try Audit(of: fixture.path).check()
    }

    private static func size(_ path: String) throws -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.size] as? Int ?? 0
    }
}

/// One call whose result must not depend on where the rows are.
private enum UpgradeStep {
    case accept(Submission)
    case claim(Int)
    case list(QueueFilter)
    case show(ResponseID)
    case receipts(before: Int64?)
    case erase(EmailAddress)
    case retry
    case unconfirmed(Bool)
    case status, nextDue
    case removeReceipts(Date)
    case settleAll, parkedExpiry
    case delivered(SurveyResponse)
    case relabel

    init(using generator: inout SeededGenerator) throws {
        let number = Int.random(in: 1...45, using: &generator)
        let source = number % 5 == 0 ? "acme" : "test"
        let email = number >= 30 && number <= 40 ? "ana@example.com" : "person\(number)@example.com"
        let score = Bool.random(using: &generator) ? number % 11 : 3
        let answer = try submission(number, score: score, source: source, email: email)
        let person = try EmailAddress(email)
        let after = Int64.random(in: 0...43, using: &generator)
        self =
            switch Int.random(in: 0..<17, using: &generator) {
            case 0, 1: .accept(answer)
            case 2: .claim(Int.random(in: 1...5, using: &generator))
            case 3:
                .list(
                    QueueFilter(state: ResponseState.allCases.randomElement(using: &generator), limit: 9, after: after)
                )
            case 4: .list(QueueFilter(person: person, limit: 4, after: after / 2))
            case 5: .show(answer.response.id)
            case 6: .receipts(before: after)
            case 7: .erase(person)
            case 8: .retry
            case 9: .unconfirmed(Bool.random(using: &generator))
            case 10: .status
            case 11: .nextDue
            case 12: .removeReceipts(Date(timeIntervalSince1970: 1_700_000_000 + Double(after)))
            case 13: .settleAll
            case 14: .parkedExpiry
            case 15: .relabel
            default: .delivered(answer.response)
            }
    }

    func run(_ queue: ResponseQueue) async throws -> String {
        switch self {
        case .accept(let answer): return "\(try await queue.accept([answer]))"
        case .claim(let limit): return "\(try await queue.claim(limit: limit))"
        case .list(let filter): return "\(try await queue.list(filter))"
        case .show(let id): return "\(String(describing: try await queue.show(id)))"
        case .receipts(let before): return "\(try await queue.receipts(before: before, limit: 5))"
        case .erase(let person): return "\(try await queue.erase(person, remotely: true))"
        case .retry: return "\(try await queue.retryParked())"
        case .unconfirmed(let isWanted):
            return "\(try await queue.unconfirmedErasures(isWanted: isWanted, after: nil, limit: 9))"
        case .status:
            var status = try await queue.status()
            status.upgrade = nil
            return "\(status)"
        case .nextDue: return "\(String(describing: try await queue.nextDue()))"
        case .removeReceipts(let date): return "\(try await queue.removeReceipts(before: date))"
        case .settleAll:
            let claims = try await queue.claim(limit: 3)
            try await queue.settle(claims.map { $0.settled(as: .delivered(planhatID: "q")) })
            return "\(claims.count)"
        case .parkedExpiry: return "\(String(describing: try await queue.parkedExpiry()))"
        case .delivered(let response):
            let digest = try #require(response.contentDigest)
            return "\(try await queue.delivered(response.id, as: digest))"
        case .relabel:
            try await queue.relabel(source: "acme", as: "unsigned-01234567")
            return ""
        }
    }
}
