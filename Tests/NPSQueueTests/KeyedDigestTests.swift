import Foundation
import GRDB
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Keyed digests")
struct KeyedDigestTests {
    @Test("nothing in the file tells what a person answered to whoever tries the scores")
    func guessing() async throws {
        let fixture = try QueueFixture()
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

    @Test("the id of a response that has none of its own tells nobody what it says, and a repetition has the same")
    func contentID() async throws {
        let fixture = try QueueFixture()
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

    @Test("what is kept of an erased payload tells nobody what it said, and keeps its repetitions out")
    func erasedPayload() async throws {
        let fixture = try QueueFixture()
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

    /// Writes the rows as an earlier version did.
    private func makePlain(_ fixture: QueueFixture, _ submissions: [Submission]) throws {
        let connection = try DatabaseQueue(path: fixture.path)
        try connection.write { database in
            for submission in submissions {
                try database.execute(
                    sql: "UPDATE responses SET digest = ?, content_digest = ? WHERE id = ?",
                    arguments: [
                        submission.digest, submission.response.contentDigest, submission.response.id.rawValue,
                    ]
                )
            }
            try database.execute(sql: "UPDATE keying SET done = 0, last = (SELECT MAX(sequence) FROM responses)")
        }
        try connection.close()
    }

    @Test("the digests of an earlier version are keyed in slices, which a stop may interrupt")
    func slices() async throws {
        let fixture = try QueueFixture()
        let submissions = try (1...5).map { try submission($0) }
        try await fixture.withQueue { queue in
            _ = try await queue.accept(submissions)
            try await deliverAll(queue)
        }
        try makePlain(fixture, submissions)
        for _ in 1...2 {
            let isUnderWay = try await fixture.withQueue { queue in try await queue.keyOldDigests(limit: 2) }
            #expect(isUnderWay)
        }
        try await fixture.withQueue { queue in
            #expect(try await queue.keyOldDigests(limit: 2))
            #expect(try await !queue.keyOldDigests(limit: 2))
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
        var first = try submission(1, score: 9)
        first.deliveryID = "msg_1"
        let former = first
        let edit = try submission(1, score: 3)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([former, edit])
            try await deliverAll(queue)
            let trace = queue.personKey.trace(ofContent: former.digest, delivery: "msg_1")
            try await queue.transact { transaction in
                try transaction.execute("UPDATE responses SET superseded = ?", [trace])
            }
        }
        try makePlain(fixture, [edit])
        try await fixture.withQueue { queue in
            if isKeyed { _ = try await queue.keyOldDigests() }
            #expect(try await queue.accept([edit]).outcomes == [.unchanged(.sameContent)])
            #expect(try await queue.accept([former]).outcomes == [.unchanged(.replacedBefore)])
            #expect(try await queue.accept([try submission(1, score: 0)]).outcomes == [.updated])
        }
    }

    @Test("the receipts in a file of an earlier version are keyed, once")
    func old() async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-73a827a")
        try await fixture.withQueue { queue in
            #expect(try await queue.receipts(before: nil, limit: 10).count == 4)
            #expect(try await queue.keyOldDigests())
            #expect(try await !queue.keyOldDigests())
            let digests: [String] = try await queue.transact { transaction in
                try transaction.database.fetchValues("SELECT digest FROM responses WHERE digest <> ''")
            }
            #expect(digests.count == 10 && digests.allSatisfy { $0.hasPrefix("k1-") })
        }
        try Audit(of: fixture.path).check()
    }
}
