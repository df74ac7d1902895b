import Foundation
import GRDB
import NPSModel
import NPSQueue
import Testing

@Suite("Receipts")
struct ReceiptTests {
    @Test(
        "a receipt has the digest of what was delivered last, and only delivered responses have one",
        arguments: Engine.allCases
    )
    func digests(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let (first, second) = (try submission(1, comment: "fine"), try submission(2))
            _ = try await queue.accept([first, second])
            #expect(try await queue.receipts(before: nil, limit: 10).isEmpty)
            let claims = try await queue.claim(limit: 10)
            try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: "64a1")) })
            let receipts = try await queue.receipts(before: nil, limit: 10)
            #expect(receipts.map(\.id) == [second.response.id, first.response.id])
            #expect(receipts.map(\.isComparable) == [true, true])
            for submission in [first, second] {
                let digest = try #require(submission.response.contentDigest)
                #expect(try await queue.delivered(submission.response.id, as: digest))
            }
            #expect(receipts.map(\.planhatId) == ["64a1", "64a1"])
            #expect(try await queue.receipts(before: receipts[0].sequence, limit: 10) == [receipts[1]])

            let edit = try submission(1, comment: "not so fine")
            _ = try await queue.accept([edit])
            #expect(try await queue.receipts(before: nil, limit: 10) == [receipts[0]])
            let again = try await queue.claim(limit: 10)
            try await queue.settle(again.map { $0.verdict(.delivered(planhatID: nil)) })
            let receipt = try #require(try await queue.receipts(before: nil, limit: 10).last)
            #expect(receipt.isComparable)
            #expect(try await queue.delivered(receipt.id, as: try #require(edit.response.contentDigest)))
            #expect(try await !queue.delivered(receipt.id, as: try #require(first.response.contentDigest)))
        }
    }

    @Test("the delivery of an older revision gives the newer one no receipt", arguments: Engine.allCases)
    func edited(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([submission(1)])
            let claim = try #require(try await queue.claim(limit: 1).first)
            _ = try await queue.accept([submission(1, score: 2)])
            try await queue.settle([claim.verdict(.delivered(planhatID: "64a1"))])
            #expect(try await queue.receipts(before: nil, limit: 10).isEmpty)
        }
    }

    @Test("after delivery the file holds nobody's words, wherever SQLite moved the rows meanwhile")
    func moved() async throws {
        let fixture = try QueueFixture(.sqlite)
        let secret = Data("somebody's words".utf8)
        var numbers = SeededGenerator(seed: 7)
        try await fixture.withQueue { queue in
            for number in 1...600 {
                let comment = "somebody's words " + String(repeating: "x", count: Int(numbers.next() % 160))
                _ = try await queue.accept([submission(number, comment: comment)])
                guard numbers.next() % 2 == 0 else { continue }
                let claims = try await queue.claim(limit: Int(1 + numbers.next() % 3))
                let parked = Outcome.park(reason: String(repeating: "y", count: Int(numbers.next() % 200)))
                try await queue.settle(
                    claims.map { $0.verdict(numbers.next() % 3 == 0 ? parked : .delivered(planhatID: "64a1")) }
                )
            }
            _ = try await queue.retryParked()
            try await deliverAll(queue)
            #expect(try await queue.status().delivered == 600)
        }
        #expect(try !fixture.bytes().contains(secret))
        let status = try await fixture.withQueue { queue in try await queue.status() }
        #expect(status.delivered == 600)
    }

    @Test("an erased response keeps no content digest")
    func erased() async throws {
        let fixture = try QueueFixture(.sqlite)
        try await fixture.withQueue { queue in
            let submission = try submission(1)
            _ = try await queue.accept([submission])
            let claims = try await queue.claim(limit: 1)
            try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: "64a1")) })
            #expect(try await queue.erase([submission.response.id]) == 1)
            #expect(try await queue.receipts(before: nil, limit: 10).isEmpty)
        }
        let connection = try DatabaseQueue(path: fixture.path)
        let digests = try await connection.read {
            try String?.fetchAll($0, sql: "SELECT content_digest FROM receipts")
        }
        #expect(digests == [nil])
    }

    @Test("a receipt from a version without digests is listed without one")
    func old() async throws {
        let fixture = try QueueFixture(.sqlite)
        try FormerFile.make(
            fixture.path,
            upTo: "quarantine: repetitions and age",
            rows: """
                INSERT INTO responses (id, state, source, digest, revision, attempts, must_upsert, received_at,
                    accepted_at, delivered_at, planhat_id)
                VALUES ('\(FormerFile.id(1))', 'delivered', 'test', '\(FormerFile.digest)', 1, 1, 0, 1000, 1000, 2000, '64a1');
                UPDATE books SET accepted = 1, delivered = 1;
                """
        )
        try await fixture.withQueue { queue in
            let receipt = try #require(try await queue.receipts(before: nil, limit: 10).first)
            #expect(!receipt.isComparable)
            #expect(receipt.planhatId == "64a1")
        }
    }

    @Test("parked responses are retried by their reason, regardless of case", arguments: Engine.allCases)
    func retry(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept((0..<1_203).map { try submission($0) })
            let claims = try await queue.claim(limit: 2_000)
            try await queue.settle(
                claims.enumerated().map { number, claim in
                    claim.verdict(.park(reason: number.isMultiple(of: 3) ? "Unknown contact" : "score is missing"))
                }
            )
            #expect(try await queue.retryParked(reasonContaining: "nothing like it").count == 0)
            #expect(try await queue.retryParked(reasonContaining: "UNKNOWN").count == 401)
            #expect(try await queue.status().parked == 802)
            #expect(try await queue.claim(limit: 2_000).count == 401)
            #expect(try await queue.retryParked().count == 802)
        }
    }
}
