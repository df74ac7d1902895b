import Foundation
import NPSModel
import NPSQueue
import Testing

@Suite("Relabelling a source")
struct RelabelTests {
    private static let name = "plain-k3v9q2x7m4t8z1b6"
    private static let label = "unsigned-01234567"

    @Test(
        "puts the label in the place of the name in everything that is stored, and nothing else changes",
        arguments: Engine.allCases
    )
    func everything(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([submission(1, source: Self.name), submission(2)])
            try await deliverAll(queue)
            _ = try await queue.accept([submission(3, source: Self.name), submission(4)])
            let drafts = [draft("a", source: Self.name), draft("b@example.com", source: Self.name), draft("c")]
            _ = try await queue.accept([], quarantining: drafts)
            let erased = try await queue.eraseQuarantined(EmailAddress("b@example.com"), within: .seconds(60))
            #expect(erased.count == 1)
            let ids = try await queue.list(QueueFilter()).map(\.id)

            try await queue.relabel(source: Self.name, as: Self.label)

            let items = try await queue.list(QueueFilter())
            #expect(items.map(\.id) == ids)
            #expect(items.map(\.source) == [Self.label, "test", Self.label, "test"])
            #expect(try await queue.quarantine().map(\.source) == [Self.label, "acme"])
            // What the tool sends again: the same response, a repetition in quarantine, and what was erased.
            let again = Submission(
                try submission(3, source: Self.name).response.labelled(Self.label),
                sourceName: Self.name
            )
            #expect(try await queue.accept([again]).outcomes == [.unchanged(.sameContent)])
            let retries = [draft("a", source: Self.label), draft("b@example.com", source: Self.label)]
            _ = try await queue.accept([], quarantining: retries)
            #expect(try await queue.quarantine().map(\.timesSeen) == [2, 1])
            #expect(try await queue.claim(limit: 10).map(\.response.source).sorted() == ["test", Self.label])
        }
        #expect(try fixture.bytes().range(of: Data(Self.name.utf8)) == nil)
    }

    @Test(
        "a payload that came under the name and under the label is one entry, seen as often as both",
        arguments: Engine.allCases
    )
    func both(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            for source in [Self.name, Self.name, Self.label] {
                _ = try await queue.accept([], quarantining: [draft("a", source: source)])
            }
            try await queue.relabel(source: Self.name, as: Self.label)
            let entries = try await queue.quarantine()
            #expect(entries.map(\.source) == [Self.label] && entries.map(\.timesSeen) == [3])
            #expect(try await queue.status().quarantined == 1)
        }
        #expect(try fixture.bytes().range(of: Data(Self.name.utf8)) == nil)
        try fixture.audit()
    }

    @Test("is done once: later starts don't read all rows again", arguments: Engine.allCases)
    func once(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            try await queue.relabel(source: Self.name, as: Self.label)
            _ = try await queue.accept([submission(1, source: Self.name)])
            try await queue.relabel(source: Self.name, as: Self.label)
            #expect(try await queue.list(QueueFilter()).map(\.source) == [Self.name])
        }
    }
}

extension SurveyResponse {
    fileprivate func labelled(_ label: String) -> SurveyResponse {
        SurveyResponse(id: id, source: label, email: email, score: score, comment: comment, answeredAt: answeredAt)
    }
}
