import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import TestSupport
import Testing

/// The real queue on a real file, the real client, and a sandbox behind a real socket.
@Suite("From the queue to Planhat", .hangGuard)
struct DeliveryTests {
    private func submission(_ number: Int, score: Int = 9, comment: String? = nil) throws -> Submission {
        Submission(try response(number, score: score, comment: comment))
    }

    private func expectEachOnce(_ numbers: Range<Int>, in fixture: DeliveryFixture) async throws {
        let records = try await fixture.records()
        #expect(records.count == numbers.count)
        #expect(Set(records.compactMap(\.sourceId)) == Set(try numbers.map { try response($0).id.rawValue }))
    }

    private func expectDelivered(_ count: Int, parked: Int = 0, in queue: ResponseQueue) async throws {
        let status = try await queue.status()
        #expect(status.delivered == count)
        #expect(status.parked == parked)
        #expect(status.balances)
        #expect(status.accepted == count + parked)
    }

    @Test("a lone response is created by POST, and its receipt has Planhat's id")
    func lone() async throws {
        try await DeliveryFixture.visit { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept([submission(1, score: 0, comment: "fine")])
                try await fixture.forward(from: queue, until: 1)
                #expect(fixture.requests == ["create 2xx": 1])
                let record = try #require(try await fixture.records().first)
                #expect(record.email == "person1@example.com")
                #expect(record.score == 0)
                #expect(record.comment == "fine")
                #expect(record.source == "test")
                #expect(record.dateAnswered == Date(timeIntervalSince1970: 1_699_999_999.5))
                let receipt = try #require(try await queue.show(response(1).id))
                #expect(receipt.state == .delivered)
                #expect(receipt.planhatId == record.recordId)
                try await expectDelivered(1, in: queue)
            }
        }
    }

    @Test("a response that arrives while the worker sleeps wakes it")
    func arrival() async throws {
        try await DeliveryFixture.visit { fixture in
            try await fixture.withQueue { queue in
                try await fixture.forwarding(from: queue) { worker in
                    for number in 1...3 {
                        // Its metrics are noted after its status.
                        await fixture.metrics.wait { worker.status == .idle(until: nil) }
                        _ = try await queue.accept([submission(number)])
                        await fixture.settled(number)
                    }
                }
                try await expectEachOnce(1..<4, in: fixture)
                try await expectDelivered(3, in: queue)
            }
        }
    }

    @Test("a backlog goes in batches, each response once")
    func backlog() async throws {
        try await DeliveryFixture.visit { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept((0..<250).map { try submission($0) })
                try await fixture.forward(from: queue, until: 250)
                #expect(fixture.requests == ["upsert 200": 3])
                try await expectEachOnce(0..<250, in: fixture)
                try await expectDelivered(250, in: queue)
            }
        }
    }

    @Test("a refused token pauses, burns no attempt, is told once, and goes on by itself")
    func refusal() async throws {
        let clock = AlarmClock(isHasty: false)
        try await DeliveryFixture.visit(faults: ["401=2@upsert"], clock: clock) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept([submission(0)])
                try await fixture.forwarding(from: queue) { worker in
                    await fixture.settled(1)
                    _ = try await queue.accept((1..<50).map { try submission($0) })
                    for seconds in [30.0, 60] {
                        let alarm = try #require(await clock.nextAlarm())
                        #expect(alarm.seconds == seconds)
                        let sentence = try #require(worker.status.pause)
                        #expect(sentence.contains("planhat.token"))
                        #expect(!sentence.contains(DeliveryFixture.token))
                        #expect(fixture.metrics["nps_delivery_paused"] == 1)
                        let status = try await queue.status()
                        #expect(status.pending == 49)
                        #expect(status.sending == 0)
                        alarm.ring()
                    }
                    await fixture.settled(50)
                }
                #expect(fixture.metrics["nps_delivery_paused"] == 0)
                #expect(fixture.requests == ["create 2xx": 1, "upsert token": 2, "upsert 200": 2])
                #expect(fixture.logs.lines.count { $0.contains("paused") } == 1)
                #expect(fixture.logs.lines.count { $0.contains("goes on") } == 1)
                var outcomes: [Attempt.Result] = []
                for number in 0..<50 {
                    let item = try #require(try await queue.show(response(number).id))
                    let history = try #require(item.history)
                    #expect(item.attempts == history.count)
                    outcomes += history.map(\.outcome)
                }
                // The first refusal was a batch's, the second the probe's, which then let another go first.
                #expect(outcomes.count { $0 == .delivered } == 50)
                #expect(outcomes.count { $0 == .ambiguous } == 50)
                #expect(outcomes.count == 100)
                try await expectEachOnce(0..<50, in: fixture)
                try await expectDelivered(50, in: queue)
            }
        }
    }

    @Test(
        "what was committed without a proper answer ends as one record",
        arguments: ["500-after", "drop-after", "504-html", "truncated", "empty-2xx", "408-after", "425-after"],
        [1, 30]
    )
    func committedUnanswered(fault: String, count: Int) async throws {
        try await DeliveryFixture.visit(faults: ["\(fault)=2@write"]) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept((0..<count).map { try submission($0) })
                try await fixture.forward(from: queue, until: count)
                #expect(fixture.metrics["nps_delivery_total ambiguous"] >= count)
                #expect(fixture.requests["create 2xx"] == nil)
                #expect(fixture.clock.waits.contains { $0 > 29 })
                try await expectEachOnce(0..<count, in: fixture)
                try await expectDelivered(count, in: queue)
            }
        }
    }

    @Test(
        "what was committed and answered with a wait ends as one record, also a lone new one",
        arguments: [
            ["429-after=1@write"], ["429-after=1@write", "rate-limit-form=none"], ["503-after=1@write"],
            ["503-after=1@write", "rate-limit-form=none"],
        ],
        [1, 30]
    )
    func committedAndHeld(faults: [String], count: Int) async throws {
        try await DeliveryFixture.visit(faults: faults) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept((0..<count).map { try submission($0) })
                try await fixture.forward(from: queue, until: count)
                #expect(fixture.requests["create 2xx"] == nil)
                try await expectEachOnce(0..<count, in: fixture)
                try await expectDelivered(count, in: queue)
            }
        }
    }

    @Test(
        "what was answered with a wait may be at Planhat, which erasure has to know",
        arguments: ["429-after", "503-after"]
    )
    func knownAfterWait(fault: String) async throws {
        let clock = AlarmClock(isHasty: false)
        try await DeliveryFixture.visit(faults: ["\(fault)=1@create"], clock: clock) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept([submission(1)])
                try await fixture.forwarding(from: queue) { _ in
                    _ = try #require(await clock.nextAlarm())
                    #expect(try await queue.show(response(1).id)?.mustUpsert == true)
                }
            }
        }
    }

    @Test("what was not committed is sent again", arguments: ["500-before", "drop-before", "502-html", "503-before"])
    func uncommitted(fault: String) async throws {
        try await DeliveryFixture.visit(faults: ["\(fault)=3@write"]) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept((0..<10).map { try submission($0) })
                try await fixture.forward(from: queue, until: 10)
                try await expectEachOnce(0..<10, in: fixture)
                try await expectDelivered(10, in: queue)
            }
        }
    }

    @Test(
        "a rate limit is kept in all its forms, and costs no attempt",
        arguments: zip(["seconds", "date", "none"], [17.0...17, 0.9...17, 60...60])
    )
    func rateLimit(form: String, waits: ClosedRange<TimeInterval>) async throws {
        let faults = ["429=1@write", "rate-limit-form=\(form)", "rate-limit-window=17"]
        try await DeliveryFixture.visit(faults: faults) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept((0..<5).map { try submission($0) })
                try await fixture.forward(from: queue, until: 5)
                #expect(fixture.requests == ["upsert 429": 1, "upsert 200": 2])
                #expect(fixture.clock.waits.count == 1)
                #expect(waits.contains(try #require(fixture.clock.waits.first)))
                let item = try #require(try await queue.show(response(0).id))
                #expect(item.history?.map(\.outcome) == [.ambiguous, .delivered])
                try await expectEachOnce(0..<5, in: fixture)
            }
        }
    }

    @Test("one poison item is parked with its reason, all others arrive", arguments: ["string", "object"])
    func poison(entry: String) async throws {
        try await DeliveryFixture.visit(faults: ["unknown-contact=reject-400", "error-entry=\(entry)"]) { fixture in
            try await fixture.withQueue { queue in
                let stranger = SurveyResponse(
                    id: ResponseID(source: "test", providerID: "stranger"),
                    source: "test",
                    email: try EmailAddress("stranger@nowhere.invalid"),
                    score: try #require(Score(3)),
                    answeredAt: Date(timeIntervalSince1970: 1_699_999_999)
                )
                var submissions = try (0..<40).map { try submission($0) }
                submissions.insert(Submission(stranger), at: 17)
                _ = try await queue.accept(submissions)
                try await fixture.forward(from: queue, until: 41)
                try await expectEachOnce(0..<40, in: fixture)
                try await expectDelivered(40, parked: 1, in: queue)
                let item = try #require(try await queue.show(stranger.id))
                let reason = try #require(item.reason)
                #expect(reason.hasPrefix("Planhat refused it: "))
                #expect(!reason.contains("stranger"))
                #expect(fixture.requests.values.reduce(0, +) <= 2)
            }
        }
    }

    @Test(
        "half of a batch failing with entries that name nobody leaves nothing behind",
        arguments: ["206-partial", "403-partial"]
    )
    func partial(fault: String) async throws {
        try await DeliveryFixture.visit(faults: ["\(fault)=1@upsert"]) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept((0..<20).map { try submission($0) })
                try await fixture.forward(from: queue, until: 20)
                try await expectEachOnce(0..<20, in: fixture)
                try await expectDelivered(20, in: queue)
            }
        }
    }

    @Test("a missing permission for everything pauses, and parks nothing")
    func permission() async throws {
        try await DeliveryFixture.visit(faults: ["403-partial=2@upsert"]) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept([submission(0)])
                try await fixture.forward(from: queue, until: 1)
                // With one item in it, the fault's answer lacks permission for everything.
                _ = try await queue.accept([submission(0, score: 1)])
                try await fixture.forward(from: queue, until: 2)
                #expect(fixture.requests == ["create 2xx": 1, "upsert permission": 2, "upsert 200": 1])
                #expect(fixture.logs.lines.count { $0.contains("paused") } == 1)
                #expect(fixture.clock.waits.prefix(2) == [30, 60])
                try await expectDelivered(1, in: queue)
            }
        }
    }

    @Test("when every response is refused, delivery pauses, and none stays parked")
    func systemicRefusal() async throws {
        let clock = AlarmClock(isHasty: false)
        try await DeliveryFixture.visit(faults: ["unknown-contact=reject-400"], clock: clock) { fixture in
            try await fixture.withQueue { queue in
                let strangers = try (0..<60).map { number in
                    Submission(
                        SurveyResponse(
                            id: ResponseID(source: "test", providerID: "stranger\(number)"),
                            source: "test",
                            email: try EmailAddress("stranger\(number)@nowhere.invalid"),
                            score: try #require(Score(3)),
                            answeredAt: Date(timeIntervalSince1970: 1_699_999_999)
                        )
                    )
                }
                _ = try await queue.accept(strangers)
                try await fixture.forwarding(from: queue) { worker in
                    let alarm = try #require(await clock.nextAlarm())
                    #expect(alarm.seconds == 30)
                    #expect(worker.status.pause?.contains("refuses every response") == true)
                    let status = try await queue.status()
                    #expect(status.pending == 60)
                    #expect(status.parked == 0)
                    _ = try await queue.accept([submission(1)])
                    alarm.ring()
                    await fixture.metrics.wait(until: ["nps_delivery_total delivered"], reach: 1)
                }
            }
        }
    }

    @Test("what Planhat ignores is parked after one more try, and keeps nobody else waiting")
    func ignored() async throws {
        try await DeliveryFixture.visit(faults: ["unknown-contact=ignore-2xx"]) { fixture in
            try await fixture.withQueue { queue in
                let stranger = SurveyResponse(
                    id: ResponseID(source: "test", providerID: "stranger"),
                    source: "test",
                    email: try EmailAddress("stranger@nowhere.invalid"),
                    score: try #require(Score(3)),
                    answeredAt: Date(timeIntervalSince1970: 1_699_999_999)
                )
                _ = try await queue.accept([Submission(stranger), submission(0), submission(1)])
                try await fixture.forward(from: queue, until: 3)
                try await expectEachOnce(0..<2, in: fixture)
                try await expectDelivered(2, parked: 1, in: queue)
                let item = try #require(try await queue.show(stranger.id))
                #expect(item.reason == "ignored by Planhat (unknown contact or domain?)")
                #expect(item.history?.map(\.outcome) == [.ambiguous, .parked])
            }
        }
    }

    @Test("an edit updates the record, and takes the comment away when the person did")
    func edit() async throws {
        try await DeliveryFixture.visit { fixture in
            try await fixture.withQueue { queue in
                try await fixture.forwarding(from: queue) { _ in
                    _ = try await queue.accept([submission(1, score: 3, comment: "slow")])
                    await fixture.settled(1)
                    _ = try await queue.accept([submission(1, score: 10)])
                    await fixture.settled(2)
                }
                #expect(fixture.requests == ["create 2xx": 1, "upsert 200": 1])
                let records = try await fixture.records()
                #expect(records.map(\.score) == [10])
                #expect(records.map(\.comment) == [nil])
                try await expectDelivered(1, in: queue)
            }
        }
    }

    @Test("what was being sent when the collector died is one record after its next start")
    func restart() async throws {
        try await DeliveryFixture.visit { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept([submission(1)])
                let claim = try #require(try await queue.claim(limit: 1).first)
                // It arrived, and the process ended before anybody wrote that down.
                _ = try await fixture.client.create(RecordDraft(claim.response))
            }
            try await fixture.withQueue { queue in
                #expect(try await queue.show(response(1).id)?.mustUpsert == true)
                try await fixture.forward(from: queue, until: 1)
                #expect(fixture.requests == ["upsert 200": 1])
                try await expectEachOnce(1..<2, in: fixture)
                try await expectDelivered(1, in: queue)
            }
        }
    }

    @Test("nothing that a person wrote, nor the token, is in the logs")
    func privacy() async throws {
        let faults = ["500-after=1@write", "401=1@write", "error-entry=object"]
        try await DeliveryFixture.visit(faults: faults) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept((0..<5).map { try submission($0, comment: "so very slow") })
                try await fixture.forward(from: queue, until: 5)
            }
            #expect(!fixture.logs.lines.isEmpty)
            for line in fixture.logs.lines {
                for secret in ["person", "example.com", "slow", DeliveryFixture.token] {
                    #expect(!line.contains(secret))
                }
            }
        }
    }
}

extension DeliveryStatus {
    fileprivate var pause: String? {
        if case .paused(let sentence, _) = self { sentence } else { nil }
    }
}
