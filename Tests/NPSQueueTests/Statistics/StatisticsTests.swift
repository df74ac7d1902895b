import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

/// Cells as a test names them: `2023-11-14 9 spring - test: 2`.
private func texts(_ tallies: [TallyCount]) -> [String] {
    tallies.map { "\(TallyCode($0.tally).rawValue) \($0.source): \($0.count)" }
}

/// One after the other, because all at once would need too many connections.
@Suite("Statistics", .serialized)
struct StatisticsTests {
    /// That of `submission(_:)`.
    private static let day = "2023-11-14"

    private func answer(
        _ number: Int,
        _ score: Int,
        survey: String? = nil,
        campaign: String? = nil,
        at date: Date = Date(timeIntervalSince1970: 1_700_000_000),
        heldUntil: Date? = nil
    ) throws -> Submission {
        var response = SurveyResponse(
            id: ResponseID(source: "test", providerID: "\(number)"),
            source: "test",
            email: try EmailAddress("person\(number)@example.com"),
            score: try #require(Score(score)),
            answeredAt: date,
            campaignID: campaign
        )
        response.survey = survey
        return Submission(response, heldUntil: heldUntil)
    }

    @Test("answers are counted by day, score, survey, campaign and source, each once", arguments: Engine.sealing)
    func counted(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let later = Date(timeIntervalSince1970: 1_700_000_000 + 86_400)
            let answers = [
                try answer(1, 9), try answer(2, 9), try answer(3, 0, survey: "spring"),
                try answer(4, 0, survey: "spring", campaign: "c1"), try answer(5, 9, at: later),
                try submission(6, source: "acme"), try answer(1, 9),
            ]
            _ = try await queue.accept(answers)
            _ = try await queue.accept(answers)
            let all = [
                "2023-11-14 0 spring test: 1", "2023-11-14 0 spring c1 test: 1", "2023-11-14 9 acme: 1",
                "2023-11-14 9 test: 2", "2023-11-15 9 test: 1",
            ]
            #expect(texts(try await queue.tallies()).sorted() == all.sorted())
            #expect(try await queue.tallies().map(\.tally.day) == (try await queue.tallies().map(\.tally.day).sorted()))
            let last = try #require(Day("2023-11-15"))
            #expect(texts(try await queue.tallies(from: last)) == ["2023-11-15 9 test: 1"])
            #expect(try await queue.tallies(through: Day("2023-11-14")).count == 4)
            #expect(try await queue.tallies(from: last, through: last).count == 1)
            #expect(try await queue.tallies(from: Day(rawValue: last.rawValue + 1)).isEmpty)
            try await deliverAll(queue)
            #expect(texts(try await queue.tallies()).sorted() == all.sorted())
            #expect(try await queue.list(QueueFilter()).map(\.survey) == [nil, nil, "spring", "spring", nil, nil])
        }
        try fixture.audit()
    }

    @Test("an edit takes the place of what it changes, before and after delivery", arguments: Engine.sealing)
    func edited(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try answer(1, 3), try answer(2, 3), try answer(1, 8, survey: "spring")])
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 3 test: 1", "\(Self.day) 8 spring test: 1"])
            try await deliverAll(queue)
            _ = try await queue.accept([try answer(2, 3, campaign: "c2"), try answer(1, 8, survey: "spring")])
            #expect(
                texts(try await queue.tallies()) == ["\(Self.day) 3 - c2 test: 1", "\(Self.day) 8 spring test: 1"]
            )
        }
        try fixture.audit()
    }

    @Test("what may be a bot's counts from the person's answer on, held or sent", arguments: Engine.sealing)
    func suspect(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let held = fixture.clock.now.addingTimeInterval(60)
            _ = try await queue.accept(try (1...3).map { try answer($0, 0, heldUntil: held) })
            #expect(try await queue.tallies().isEmpty)
            _ = try await queue.accept([try answer(1, 0)])
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 0 test: 1"])
            fixture.clock.advance(by: 61)
            try await deliverAll(queue)
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 0 test: 1"])
            #expect(try await queue.tallyFormer() == nil)
            _ = try await queue.accept([try answer(2, 9), try answer(1, 4, heldUntil: held)])
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 0 test: 1", "\(Self.day) 9 test: 1"])
        }
        try fixture.audit()
    }

    @Test("erasing takes an answer out, in every state, and once", arguments: Engine.sealing)
    func erased(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...2).map { try answer($0, 9) })
            try await deliverAll(queue)
            _ = try await queue.accept(try (3...6).map { try answer($0, 9) })
            let claims = try await queue.claim(limit: 2)
            try await queue.settle([claims[0].verdict(.park(reason: "no"))])
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 9 test: 6"])
            for _ in 1...2 {
                _ = try await queue.erase([1, 3, 4, 5].map { ResponseID(source: "test", providerID: "\($0)") })
            }
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 9 test: 2"])
            try await queue.settle([claims[1].verdict(.delivered(planhatID: nil))])
            _ = try await queue.accept([try answer(3, 9), try answer(4, 1)])
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 9 test: 2"])
            _ = try await queue.erase([2, 6].map { ResponseID(source: "test", providerID: "\($0)") })
            #expect(try await queue.tallies().isEmpty)
            try await queue.removeEmptyTallies()
        }
        try fixture.audit()
        // Nothing tells any more that there was something.
        #expect(try fixture.bytes().range(of: Data("\(Self.day) 9".utf8)) == nil)
    }

    @Test(
        "parked answers that are erased for their age are taken out, removed receipts are not",
        arguments: Engine.sealing
    )
    func aged(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try answer(1, 9), try answer(2, 1)])
            for claim in try await queue.claim(limit: 2) {
                let isFirst = claim.response.score.value == 9
                try await queue.settle([claim.verdict(isFirst ? .delivered(planhatID: nil) : .park(reason: "no"))])
            }
            fixture.clock.advance(by: 1)
            #expect(try await queue.eraseParked(before: fixture.clock.now) == 1)
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 9 test: 1"])
            fixture.clock.advance(by: 1)
            #expect(try await queue.removeReceipts(before: fixture.clock.now) > 0)
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 9 test: 1"])
        }
        try fixture.audit()
    }

    @Test("a label takes over what was counted under the name, and the name is gone", arguments: Engine.sealing)
    func relabelled(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let (name, label) = ("plain-k3v9q2x7m4t8z1b6", "unsigned-01234567")
        try await fixture.withQueue { queue in
            _ = try await queue.accept([
                try submission(1, source: name), try submission(2, score: 3, source: name),
                try submission(3, source: label), try submission(4),
            ])
            try await deliverAll(queue)
            _ = try await queue.accept([try submission(1, score: 2, source: name)])
            try await queue.relabel(source: name, as: label)
            let expected = ["2 \(label): 1", "3 \(label): 1", "9 test: 1", "9 \(label): 1"].map { "\(Self.day) \($0)" }
            #expect(texts(try await queue.tallies()) == expected)
            _ = try await queue.erase([try submission(2, source: name).response.id])
            #expect(texts(try await queue.tallies()) == [expected[0]] + expected[2...])
        }
        try fixture.audit()
        #expect(try fixture.bytes().range(of: Data(name.utf8)) == nil)
    }

    @Test("a call that fails counts nothing, and neither do those that are with it", arguments: Engine.allCases)
    func rolledBack(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let answers = try (1...3).map { try answer($0, 9) }
            await #expect(throws: QueueError.busy(retryAfter: 1)) {
                try await queue.transact { transaction in
                    _ = try transaction.receive(answers.map { Incoming($0, transaction.personKey) })
                    throw QueueError.busy(retryAfter: 1)
                }
            }
            #expect(try await queue.tallies().isEmpty)
            #expect(try await queue.traffic(since: .distantPast).isEmpty)
            // Some of them share a batch with those that fail after they have written.
            try await withThrowingTaskGroup { group in
                for number in 11...40 {
                    let incoming = try self.answer(number, 9)
                    group.addTask {
                        do {
                            try await queue.transact { transaction in
                                _ = try transaction.receive([Incoming(incoming, transaction.personKey)])
                                if number.isMultiple(of: 3) { throw QueueError.busy(retryAfter: 1) }
                            }
                        } catch QueueError.busy {}
                    }
                }
                try await group.waitForAll()
            }
            #expect(texts(try await queue.tallies()) == ["\(Self.day) 9 test: 20"])
            #expect(try await queue.traffic(since: .distantPast).map(\.arrivals) == [20])
        }
        try fixture.audit()
    }

    @Test("many cells are read in slices, in their order", arguments: Engine.allCases)
    func slices(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let cells = (0..<2_500).map { number in
                TallyCell(
                    place: TallyCell.Place(
                        code: TallyCode(Tally(day: Day(rawValue: 20_000 + number / 20), score: Score.all[number % 10])),
                        source: number % 20 < 10 ? "a" : "b"
                    ),
                    count: number + 1
                )
            }
            try await queue.transact { transaction in try transaction.rows.add(cells) }
            let tallies = try await queue.tallies()
            #expect(tallies.reduce(0) { $0 + $1.count } == 2_500 * 2_501 / 2 && tallies.count == 2_500)
            #expect(tallies.map(\.tally.day) == tallies.map(\.tally.day).sorted())
            let part = try await queue.tallies(from: Day(rawValue: 20_010), through: Day(rawValue: 20_019))
            #expect(part.count == 200 && part.first?.tally.day.rawValue == 20_010)
        }
    }
}
