import Foundation
import GRDB
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Keyed digests")
struct KeyedDigestTests {
    @Test("nothing in the file tells what a person answered to whoever tries the scores", arguments: Engine.allCases)
    func guessing(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            try await deliverAll(queue)
            _ = try await queue.accept([try submission(1, score: 3)])
            try await deliverAll(queue)
        }
        let bytes = try fixture.bytes()
        for score in [9, 3] {
            let guess = try submission(1, score: score)
            #expect(bytes.range(of: Data(guess.digest.utf8)) == nil)
            #expect(bytes.range(of: Data(try #require(guess.response.contentDigest).utf8)) == nil)
        }
    }

    private func withoutID(_ score: Int) throws -> Submission {
        let json: JSONValue = .object(["email": .string("ana@example.com"), "score": .integer(Int64(score))])
        return try ResponseDraft(json).check(source: "acme", receivedAt: Date(timeIntervalSince1970: 1_700_000_000))
    }

    @Test(
        "the id of a response that has none of its own tells nobody what it says, and a repetition has the same",
        arguments: Engine.allCases
    )
    func contentID(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let submission = try withoutID(9)
        try await fixture.withQueue { queue in
            #expect(try await queue.accept([submission]).outcomes == [.accepted])
            #expect(try await queue.accept([submission]).outcomes == [.unchanged(.sameContent)])
            let id = queue.id(of: submission)
            #expect(try await queue.show(id)?.state == .pending)
            let claim = try #require(try await queue.claim(limit: 1).first)
            #expect(claim.response.id == id)
            try await queue.settle([claim.verdict(.delivered(planhatID: "p"))])
            let digest = try #require(submission.response.identified(as: id).contentDigest)
            #expect(try await queue.delivered(id, as: digest))
        }
        #expect(try fixture.bytes().range(of: Data(submission.response.id.rawValue.utf8)) == nil)
    }

    @Test(
        "what is kept of an erased payload tells nobody what it said, and keeps its repetitions out",
        arguments: Engine.allCases
    )
    func erasedPayload(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let payload = draft(#"{"email":"ana@example.com","score":12}"#)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            _ = try await queue.accept([], quarantining: [payload])
            let address = try EmailAddress("ana@example.com")
            #expect(try await queue.eraseQuarantined(address, within: .seconds(60)).count == 1)
            #expect(try await queue.accept([], quarantining: [payload]).quarantined.isEmpty)
        }
        #expect(try fixture.bytes().range(of: Data(payload.key.utf8)) == nil)
    }

    @Test("what an earlier version stored under a plain id is the same response when it is repeated")
    func formerContentID() async throws {
        let fixture = try QueueFixture()
        let submission = try withoutID(9)
        let plain = Submission(submission.response, answeredAtIsGiven: false)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.accept([plain]).outcomes == [.accepted])
            #expect(try await queue.accept([submission]).outcomes == [.unchanged(.sameContent)])
            #expect(try await queue.status().accepted == 1)
        }
    }

    /// Writes delivered responses as a version did that knew only plain digests.
    ///
    /// - Parameter replaced: a content that the last of them had before, with the id of its delivery.
    private func writePlain(_ fixture: QueueFixture, _ submissions: [Submission], replaced: Submission? = nil) throws {
        let rows = try submissions.enumerated().map { index, submission in
            let digest = try #require(submission.response.contentDigest)
            return """
                INSERT INTO responses (id, state, source, digest, content_digest, revision, attempts, must_upsert,
                    received_at, accepted_at, delivered_at, closed_at)
                VALUES ('\(submission.response.id)', 'delivered', 'test', '\(submission.digest)', '\(digest)', 1, 1, 0,
                    1000, 1000, 2000, 2000);
                INSERT INTO attempts VALUES (\(index + 1), 1, 2000, 'delivered', NULL);
                """
        }
        let count = submissions.count
        let books = "UPDATE books SET accepted = \(count), delivered = \(count);"
        try FormerFile.make(fixture.path, upTo: "retention of parked responses", rows: rows.joined() + books)
        guard let replaced else { return }
        let connection = try DatabaseQueue(path: fixture.path)
        defer { try? connection.close() }
        let key = try connection.read(PersonKey.init(reading:))
        let trace = key.formerTrace(ofContent: replaced.digest, delivery: replaced.deliveryID)
        try connection.write { database in
            try database.execute(sql: "UPDATE responses SET superseded = ?", arguments: [trace.hexadecimal])
        }
    }

    @Test("the digests of an earlier version are keyed in slices, which a stop may interrupt")
    func slices() async throws {
        let fixture = try QueueFixture()
        let submissions = try (1...5).map { try submission($0) }
        try writePlain(fixture, submissions)
        for reached in [2, 4] as [Int64] {
            let progress = try await fixture.withQueue { queue in try await queue.upgrade(limit: 2) }
            #expect(progress == QueueUpgrade(reached: reached, last: 5))
        }
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.status().upgrade == QueueUpgrade(reached: 4, last: 5))
            #expect(try await queue.upgrade(limit: 2) == QueueUpgrade(reached: 5, last: 5))
            #expect(try await queue.upgrade(limit: 2) == nil)
            #expect(try await queue.status().upgrade == nil)
            for submission in submissions {
                let digest = try #require(submission.response.contentDigest)
                #expect(try await queue.delivered(submission.response.id, as: digest))
            }
            #expect(try await queue.accept(submissions).outcomes.allSatisfy { $0 == .unchanged(.sameContent) })
        }
        let bytes = try fixture.bytes()
        for submission in submissions { #expect(bytes.range(of: Data(submission.digest.utf8)) == nil) }
        try Audit(of: fixture.path).check()
    }

    @Test(
        "a plain digest is compared as well as a keyed one, and so are the traces of that time",
        arguments: [true, false]
    )
    func compared(isKeyed: Bool) async throws {
        let fixture = try QueueFixture()
        var former = try submission(1, score: 9)
        former.deliveryID = "msg_1"
        let edit = try submission(1, score: 3)
        try writePlain(fixture, [edit], replaced: former)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            if isKeyed { _ = try await queue.upgrade() }
            #expect(try await queue.accept([edit]).outcomes == [.unchanged(.sameContent)])
            #expect(try await queue.accept([former]).outcomes == [.unchanged(.replacedBefore)])
            #expect(try await queue.accept([try submission(1, score: 0)]).outcomes == [.updated])
        }
    }

    @Test("the receipts in a file of an earlier version are keyed, once")
    func old() async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-73a827a")
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.receipts(before: nil, limit: 10).count == 4)
            #expect(try await queue.upgrade() != nil)
            #expect(try await queue.upgrade() == nil)
            let digests = try await queue.transact { transaction in
                try transaction.rows.load(.all(after: 0, limit: 100)).compactMap(\.lifecycle.digest)
            }
            #expect(digests.count == 10)
        }
        try Audit(of: fixture.path).check()
    }
}
