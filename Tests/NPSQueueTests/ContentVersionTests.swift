import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Versions of a content")
struct ContentVersionTests {
    typealias Example = (known: ContentVersion, arriving: ContentVersion, order: ContentVersion.Order)

    private static func version(updated: Int64? = nil, answered: Int64? = nil, unknown: Int64? = nil)
        -> ContentVersion
    {
        ContentVersion(
            updatedAt: updated.map(Milliseconds.init(rawValue:)),
            answeredAt: answered.map(Milliseconds.init(rawValue:)),
            unknown: unknown.map(Milliseconds.init(rawValue:))
        )
    }

    @Test(
        "like is compared with like",
        arguments: [
            (version(updated: 10, answered: 5), version(updated: 11, answered: 3), .newer),
            (version(updated: 10, answered: 5), version(updated: 9, answered: 7), .older),
            (version(updated: 10, answered: 5), version(updated: 10, answered: 7), .same),
            (version(answered: 20), version(updated: 15, answered: 10), .incomparable),
            (version(updated: 30, answered: 10), version(answered: 20), .newer),
            (version(updated: 30, answered: 10), version(answered: 10), .same),
            (version(answered: 10), version(answered: 9), .older),
            (version(), version(updated: 1, answered: 1), .incomparable),
            (version(updated: 1), version(), .incomparable),
            // Stored by an earlier version, which didn't say what it is.
            (version(unknown: 10), version(updated: 11, answered: 3), .newer),
            (version(unknown: 10), version(updated: 9, answered: 11), .older),
            (version(unknown: 10), version(answered: 10), .same),
        ] as [Example]
    )
    func order(example: Example) {
        #expect(example.arriving.order(after: example.known) == example.order)
    }

    @Test("what an edit doesn't state stays known, so that older updates stay out")
    func following() {
        let known = Self.version(answered: 5).following(Self.version(updated: 3, answered: 2))
        #expect(known == Self.version(updated: 3, answered: 5))
        #expect(Self.version().following(Self.version(unknown: 4)) == Self.version(unknown: 4))
        #expect(
            Self.version(answered: 5).following(Self.version(unknown: 4)) == Self.version(answered: 5)
        )
    }

    @Test(
        "an edit that corrects the time of the answer backwards is an edit, also of what was delivered",
        arguments: Engine.allCases
    )
    func backwards(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let answered = fixture.clock.now
        func submission(_ score: Int, answered: Date, updated: Date? = nil) throws -> Submission {
            let email = try EmailAddress("ana@example.com")
            let id = ResponseID(source: "test", providerID: "1")
            return Submission(
                SurveyResponse(
                    id: id,
                    source: "test",
                    email: email,
                    score: try #require(Score(score)),
                    answeredAt: answered
                ),
                updatedAt: updated
            )
        }
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(9, answered: answered)])
            try await deliverAll(queue)
            // Two hours earlier, as it turned out; stated between the two.
            let edit = try submission(9, answered: answered - 7_200, updated: answered - 3_600)
            #expect(try await queue.accept([edit]).outcomes == [.updated])
            let next = try submission(8, answered: answered - 8_000, updated: answered - 3_599)
            #expect(try await queue.accept([next]).outcomes == [.updated])
            #expect(try await queue.accept([edit]).outcomes == [.unchanged(.olderVersion)])
        }
    }

    @Test("in a file of an earlier version, versions are taken for what the next delivery states")
    func old() async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-73a827a")
        try await fixture.withQueue { queue in
            let versions = try await queue.transact { transaction in
                try transaction.rows.load(.all(after: 0, limit: 100))
                    .filter { $0.lifecycle.state != .erased }.map(\.lifecycle.version)
            }
            #expect(versions.count == 10)
            #expect(versions.allSatisfy { $0.updatedAt == nil && $0.answeredAt == nil })
        }
    }
}
