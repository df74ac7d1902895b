import Foundation
import NPSModel
import NPSQueue
import TestSupport
import Testing

/// What every engine must do, whatever is underneath.
@Suite("Every engine")
struct ConformanceTests {
    @Test("accepts, hands out and settles a response, and keeps only the receipt", arguments: Engine.sealing)
    func delivery(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let new = try submission(1, score: 0, comment: "fine")
            #expect(try await queue.accept([new]).outcomes == [.accepted])
            let claim = try #require(try await queue.claim(limit: 10).first)
            #expect(claim.response == new.response)
            #expect(claim.revision == 1)
            #expect(claim.attempts == 0)
            #expect(claim.mustUpsert != engine.createsAreSafe)
            #expect(try await queue.claim(limit: 10).isEmpty)
            #expect(try await queue.show(claim.response.id)?.state == .sending)
            fixture.clock.advance(by: 5)
            try await queue.settle([claim.verdict(.delivered(planhatID: "64a1"))])
            let item = try #require(try await queue.show(claim.response.id))
            #expect(item.state == .delivered)
            #expect(item.email == nil && item.score == nil && item.comment == nil)
            #expect(item.planhatId == "64a1")
            #expect(item.deliveredAt == fixture.clock.now)
            #expect(item.attempts == 1)
            #expect(item.history?.map(\.outcome) == [.delivered])
        }
    }

    @Test("keeps every field of a response on its way through", arguments: Engine.sealing)
    func fields(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let response = SurveyResponse(
                id: ResponseID(source: "acme", providerID: "ü"),
                source: "acme",
                email: try EmailAddress("O'Brien+nps@bücher.example"),
                score: try #require(Score(10)),
                comment: "„Gut“ \u{1F600}\n\"quoted\" \\ and / more",
                answeredAt: Date(timeIntervalSince1970: 1_600_000_000.123),
                sentAt: Date(timeIntervalSince1970: 1_500_000_000.001),
                campaignID: "c-1",
                companyID: "co-2",
                custom: [
                    "n": .integer(9_007_199_254_740_993), "o": .object(["deep": .array([.null, .bool(true)])]),
                ]
            )
            _ = try await queue.accept([Submission(response)])
            #expect(try await queue.claim(limit: 1).map(\.response) == [response])
        }
    }

    @Test(
        "an answer that keeps the comment takes over the one that waits, and leaves a delivered one alone",
        arguments: Engine.sealing
    )
    func keptComment(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            func keeping(_ score: Int) throws -> Submission {
                Submission(try submission(1, score: score).response.keepingComment(), answeredAtIsGiven: false)
            }
            func deliver() async throws -> SurveyResponse? {
                let claim = try await queue.claim(limit: 1).first
                if let claim { try await queue.settle([claim.verdict(.delivered(planhatID: nil))]) }
                return claim?.response
            }
            _ = try await queue.accept([try submission(1, score: 3, comment: "slow")])
            #expect(try await queue.accept([try keeping(4)]).outcomes == [.updated])
            #expect(try await queue.accept([try keeping(4)]).outcomes == [.unchanged(.sameContent)])
            #expect(try await queue.show(try keeping(4).response.id)?.comment == "slow")
            let first = try await deliver()
            #expect(first?.score.value == 4 && first?.comment == "slow" && first?.keepsComment == false)
            #expect(try await queue.accept([try keeping(5)]).outcomes == [.updated])
            let second = try await deliver()
            #expect(second?.comment == nil && second?.keepsComment == true)
            #expect(try await queue.receipts(before: nil, limit: 1).first?.isComparable == false)
        }
    }

    @Test("the first answer has no comment to keep, nor has one after a bot's", arguments: Engine.sealing)
    func nothingToKeep(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let first = try submission(1)
            _ = try await queue.accept([Submission(first.response.keepingComment())])
            #expect(try await queue.claim(limit: 1).map(\.response) == [first.response])
            let bot = try submission(2, comment: "pills", heldUntil: fixture.clock.now.addingTimeInterval(60))
            _ = try await queue.accept([bot])
            fixture.clock.advance(by: 61)
            let claim = try #require(try await queue.claim(limit: 1).first)
            try await queue.settle([claim.verdict(.delivered(planhatID: nil))])
            var item = try await queue.show(bot.response.id)
            #expect(item?.isMechanical == true && item?.isSuspect == true)
            let person = try submission(2, score: 1)
            _ = try await queue.accept([Submission(person.response.keepingComment(), answeredAtIsGiven: false)])
            item = try await queue.show(bot.response.id)
            #expect(item?.isMechanical == false && item?.isSuspect == true)
            let answer = try #require(try await queue.claim(limit: 1).first)
            #expect(answer.response == person.response.markedSuspect(false))
            try await queue.settle([answer.verdict(.delivered(planhatID: nil))])
            #expect(try await queue.show(bot.response.id)?.isSuspect == false)
        }
    }

    @Test("tells a repetition from an edit", arguments: Engine.sealing)
    func repetition(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let (first, edit) = (try submission(1, score: 3), try submission(1, score: 8))
            var back = first
            back.deliveryID = "2"
            let intake = try await queue.accept([first, first, edit, edit, try submission(2), back])
            #expect(
                intake.outcomes == [
                    .accepted, .unchanged(.sameContent), .updated, .unchanged(.sameContent), .accepted, .updated,
                ]
            )
            #expect(try await queue.accept([first]).outcomes == [.unchanged(.sameContent)])
            let claims = try await queue.claim(limit: 10)
            #expect(claims.map(\.revision) == [3, 1])
            #expect(claims.first?.response.score == Score(3))
            #expect(claims.count == 2 && claims.allSatisfy { $0.mustUpsert != engine.createsAreSafe })
            let status = try await queue.status()
            #expect(status.accepted == 2)
            #expect(status.balances)
        }
    }

    @Test("says why a submission changed nothing", arguments: Engine.sealing)
    func reasons(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let start = fixture.clock.now
            fixture.clock.advance(by: 10)
            let known = [1, 2].map { number in
                { (score: Int) in try submission(number, score: score, updatedAt: start) }
            }
            _ = try await queue.accept([try known[0](9), try known[1](9), try submission(3), try submission(4)])
            _ = try await queue.accept([try known[1](8)])
            let held = start.addingTimeInterval(1_800)
            let erased = try submission(4)
            #expect(try await queue.erase([erased.response.id]) == 1)
            let older = try submission(1, score: 8, updatedAt: start.addingTimeInterval(-1))
            func answer(heldUntil: Date? = nil, formPrintedAt: Date? = nil) throws -> Submission {
                let response = try submission(3, score: 1).response
                return Submission(
                    response,
                    answeredAtIsGiven: false,
                    heldUntil: heldUntil,
                    formPrintedAt: formPrintedAt
                )
            }
            let cases: [(Submission, UnchangedReason)] = [
                (try known[0](9), .sameContent), (erased, .erased), (older, .olderVersion),
                (try known[1](9), .replacedBefore), (try answer(heldUntil: held), .heldBehindAnswer),
                (try answer(formPrintedAt: start), .formOlderThanAnswer),
            ]
            #expect(Set(cases.map(\.1)) == Set(UnchangedReason.allCases))
            let before = try await queue.list(QueueFilter())
            #expect(try await queue.accept(cases.map(\.0)).outcomes == cases.map { .unchanged($0.1) })
            #expect(try await queue.list(QueueFilter()) == before)
        }
    }

    @Test(
        "of forms printed before any answer and sent at the same time, one becomes the answer",
        arguments: Engine.sealing
    )
    func concurrentForms(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let printedAt = fixture.clock.now
            fixture.clock.advance(by: 10)
            let outcomes = try await withThrowingTaskGroup(of: [Acceptance].self) { group in
                for score in 0...10 {
                    let form = try submission(1, score: score, formPrintedAt: printedAt)
                    group.addTask { try await queue.accept([form]).outcomes }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count { $0 == .accepted } == 1)
            #expect(outcomes.count { $0 == .unchanged(.formOlderThanAnswer) } == 10)
            #expect(try await queue.list(QueueFilter()).map(\.revision) == [1])
        }
    }

    @Test(
        "a bot's answer carries the flag, and a person's takes it back while Planhat may show it",
        arguments: Engine.sealing
    )
    func flags(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let held = fixture.clock.now.addingTimeInterval(60)
            let bots = try [1, 2].map {
                Submission(try submission($0).response, answeredAtIsGiven: false, heldUntil: held)
            }
            let people = bots.map { Submission($0.response, answeredAtIsGiven: false) }
            _ = try await queue.accept(bots)
            #expect(try await queue.accept([people[1]]).outcomes == [.updated])
            fixture.clock.advance(by: 61)
            func deliver() async throws -> [JSONValue?] {
                let claims = try await queue.claim(limit: 10)
                try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
                return claims.sorted { $0.response.email.address < $1.response.email.address }
                    .map { $0.response.custom["suspect"] }
            }
            #expect(try await deliver() == [.bool(true), nil])
            #expect(try await queue.accept(people).outcomes == [.updated, .unchanged(.sameContent)])
            #expect(try await deliver() == [.bool(false)])
            #expect(
                try await queue.accept(people + bots).outcomes
                    == Array(repeating: .unchanged(.sameContent), count: 4)
            )
        }
    }

    @Test("tells which edits give another address to what Planhat may have", arguments: Engine.sealing)
    func readdressed(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let moved = try submission(1, email: "new@example.com")
            #expect(try await queue.accept([try submission(1), moved]).readdressed.isEmpty)
            try await deliverAll(queue)
            #expect(
                try await queue.accept([try submission(1, score: 2, email: "NEW@example.com")]).readdressed.isEmpty
            )
            let back = try submission(1, score: 5)
            #expect(try await queue.accept([back, try submission(2)]).readdressed == [back.response.id])
            #expect(try await queue.accept([back]).readdressed.isEmpty)
        }
    }

    @Test(
        "sends an edit of a delivered response again, by upsert, without counting it twice",
        arguments: Engine.sealing
    )
    func editAfterDelivery(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1, score: 3)])
            try await deliverAll(queue)
            #expect(try await queue.accept([try submission(1, score: 3)]).outcomes == [.unchanged(.sameContent)])
            #expect(try await queue.accept([try submission(1, score: 4)]).outcomes == [.updated])
            let claim = try #require(try await queue.claim(limit: 1).first)
            #expect(claim.mustUpsert)
            #expect(claim.revision == 2)
            #expect(claim.response.score == Score(4))
            #expect(try await queue.status().accepted == 1)
        }
    }

    @Test("never takes a verdict on older content for one on newer", arguments: Engine.sealing, staleOutcomes)
    func editWhileSending(engine: Engine, outcome: Outcome) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1, score: 3)])
            let old = try #require(try await queue.claim(limit: 1).first)
            #expect(try await queue.accept([try submission(1, score: 4)]).outcomes == [.updated])
            #expect(try await queue.status().sending == 1)
            #expect(try await queue.claim(limit: 1).isEmpty)
            try await queue.settle([old.verdict(outcome)])
            fixture.clock.advance(by: 60)
            let new = try #require(try await queue.claim(limit: 1).first)
            #expect(new.revision == 2)
            #expect(new.mustUpsert)
            #expect(new.response.score == Score(4))
            // The old verdict once more: it must not end the new claim.
            try await queue.settle([new.verdict(.delivered(planhatID: nil)), old.verdict(.park(reason: "late"))])
            #expect(try await queue.show(new.response.id)?.state == .delivered)
            #expect(try await queue.status().balances)
        }
    }

    static let staleOutcomes: [Outcome] = [
        .delivered(planhatID: "1"),
        .retry(at: Date(timeIntervalSince1970: 1_700_000_030), reason: "later", countsAttempt: true),
        .ambiguous(retryAt: Date(timeIntervalSince1970: 1_700_000_030), reason: "no answer"),
        .park(reason: "no"),
    ]

    @Test("waits as long as a verdict says, and counts only attempts that count", arguments: Engine.sealing)
    func retries(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let start = fixture.clock.now
            _ = try await queue.accept([try submission(1)])
            #expect(try await queue.nextDue() == start)
            let first = try #require(try await queue.claim(limit: 1).first)
            let later = start.addingTimeInterval(10)
            try await queue.settle([first.verdict(.retry(at: later, reason: "429", countsAttempt: false))])
            #expect(try await queue.nextDue() == later)
            #expect(try await queue.claim(limit: 1).isEmpty)
            fixture.clock.advance(by: 10)
            let second = try #require(try await queue.claim(limit: 1).first)
            #expect(second.attempts == 0 && second.mustUpsert != engine.createsAreSafe)
            try await queue.settle([second.verdict(.retry(at: later, reason: "500", countsAttempt: true))])
            let third = try #require(try await queue.claim(limit: 1).first)
            #expect(third.attempts == 1 && third.mustUpsert != engine.createsAreSafe)
            try await queue.settle([third.verdict(.ambiguous(retryAt: later, reason: "cut off"))])
            let fourth = try #require(try await queue.claim(limit: 1).first)
            #expect(fourth.attempts == 2 && fourth.mustUpsert)
            let item = try #require(try await queue.show(fourth.response.id))
            #expect(item.attempts == 3)
            #expect(item.history?.map(\.outcome) == [.retry, .retry, .ambiguous])
            #expect(item.history?.map(\.reason) == ["429", "500", "cut off"])
            let listed = try #require(try await queue.list(QueueFilter()).first)
            #expect(listed.attempts == 3)
            let json = try JSONValue(parsing: try JSONEncoder().encode(listed))
            #expect(json["attempts"] == .integer(3) && json["history"] == nil)
        }
    }

    @Test("what was accepted or put off while the clock ran ahead is due once it is right", arguments: Engine.sealing)
    func clockAhead(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let year: TimeInterval = 365 * 86_400
            fixture.clock.advance(by: year)
            _ = try await queue.accept([try submission(1), try submission(2)])
            let late = try #require(try await queue.claim(limit: 1).first)
            let retryAt = fixture.clock.now.addingTimeInterval(300)
            try await queue.settle([late.verdict(.ambiguous(retryAt: retryAt, reason: "no answer"))])
            fixture.clock.advance(by: -year)
            _ = try await queue.accept([try submission(3)])
            #expect(try await queue.nextDue() == fixture.clock.now)
            let claims = try await queue.claim(limit: 2)
            #expect(claims.map(\.response.id) == [try submission(2).response.id, try submission(3).response.id])
            #expect(try await queue.nextDue() == fixture.clock.now)
            #expect(try await queue.claim(limit: 2).map(\.response.id) == [late.response.id])
        }
    }

    @Test("takes back what was claimed but never sent, as it was", arguments: Engine.sealing)
    func release(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1), try submission(2)])
            let claims = try await queue.claim(limit: 2)
            try await queue.release(claims.map(\.response.id))
            #expect(try await queue.claim(limit: 2) == claims)
            try await queue.settle([claims[0].verdict(.delivered(planhatID: nil))])
            try await queue.release([claims[0].response.id])
            #expect(try await queue.show(claims[0].response.id)?.state == .delivered)
        }
    }

    @Test("parks with a reason until somebody retries or edits", arguments: Engine.sealing)
    func parking(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1), try submission(2), try submission(3)])
            for claim in try await queue.claim(limit: 3) {
                try await queue.settle([claim.verdict(.park(reason: "unknown contact"))])
            }
            #expect(
                try await queue.list(QueueFilter(state: .parked)).map(\.reason)
                    == Array(repeating: "unknown contact", count: 3)
            )
            #expect(try await queue.list(QueueFilter(state: .parked)).first?.email == "person1@example.com")
            let parked = try await queue.parked()
            let listed = try await queue.list(QueueFilter(state: .parked))
            #expect(parked.map(\.id) == listed.map(\.id) && parked.map(\.acceptedAt) == listed.map(\.acceptedAt))
            #expect(parked.allSatisfy { $0.reason == "unknown contact" && $0.source == listed[0].source })
            #expect(try await queue.parked(after: parked[0].sequence) == Array(parked.dropFirst()))
            #expect(try await queue.parked(after: parked[2].sequence).isEmpty)
            #expect(try await queue.nextDue() == nil)
            #expect(try await queue.accept([try submission(1)]).outcomes == [.unchanged(.sameContent)])
            #expect(try await queue.accept([try submission(1, score: 1)]).outcomes == [.updated])
            #expect(try await queue.retry([try submission(2).response.id, try submission(1).response.id]) == 1)
            #expect(try await queue.retryParked().count == 1)
            #expect(try await queue.retryParked().count == 0)
            let claims = try await queue.claim(limit: 10)
            #expect(claims.map(\.attempts) == [0, 0, 0])
            #expect(claims.map(\.revision) == [2, 1, 1])
            #expect(try await queue.status().balances)
        }
    }

    @Test("drops an older version that arrives late, even after the newer was delivered", arguments: Engine.sealing)
    func lateVersion(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        func version(_ score: Int, _ seconds: Double) throws -> Submission {
            try submission(1, score: score, updatedAt: Date(timeIntervalSince1970: 1_700_000_000 + seconds))
        }
        let (first, older, newer) = (try version(3, 20), try version(9, 19), try version(8, 21))
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.accept([first]).outcomes == [.accepted])
            #expect(try await queue.accept([older]).outcomes == [.unchanged(.olderVersion)])
            let claim = try #require(try await queue.claim(limit: 1).first)
            #expect(claim.response.score.value == 3)
            try await queue.settle([claim.verdict(.delivered(planhatID: "a"))])
        }
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.accept([older]).outcomes == [.unchanged(.olderVersion)])
            #expect(try await queue.accept([newer]).outcomes == [.updated])
            let last = try #require(try await queue.claim(limit: 1).first)
            #expect(last.response.score.value == 8)
        }
    }

    @Test("knows a replaced content again after a restart, and keeps no word of it", arguments: Engine.sealing)
    func lateDelivery(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        var first = try submission(1, score: 9)
        first.deliveryID = "msg_1"
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.accept([first]).outcomes == [.accepted])
            try await deliverAll(queue)
            var repeated = first
            repeated.deliveryID = "msg_1b"
            #expect(try await queue.accept([repeated]).outcomes == [.unchanged(.sameContent)])
            #expect(try await queue.accept([try submission(1, score: 3)]).outcomes == [.updated])
            try await deliverAll(queue)
        }
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            for id in ["msg_1", "msg_1b"] {
                var late = first
                late.deliveryID = id
                #expect(try await queue.accept([late]).outcomes == [.unchanged(.replacedBefore)])
            }
            #expect(try await queue.claim(limit: 1).isEmpty)
            var again = try submission(1, score: 9)
            again.deliveryID = "msg_2"
            #expect(try await queue.accept([again]).outcomes == [.updated])
            try await deliverAll(queue)
            #expect(try await queue.erase([again.response.id]) == 1)
        }
        try fixture.audit()
    }

    @Test("keeps erased responses erased", arguments: Engine.sealing)
    func erasure(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1), try submission(2)])
            let claim = try #require(try await queue.claim(limit: 1).first)
            let ids = [claim.response.id, try submission(2).response.id, try submission(3).response.id]
            #expect(try await queue.erase(ids) == 2)
            #expect(try await queue.erase(ids) == 0)
            try await queue.settle([claim.verdict(.delivered(planhatID: "1"))])
            #expect(
                try await queue.accept([try submission(1), try submission(1, score: 1)]).outcomes == [
                    .unchanged(.erased), .unchanged(.erased),
                ]
            )
            let status = try await queue.status()
            #expect(status.erased == 2 && status.accepted == 2 && status.balances)
            #expect(try await queue.show(claim.response.id)?.email == nil)
        }
    }

    @Test("lists by sequence, page after page, in every state or one", arguments: Engine.sealing)
    func paging(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (1...25).map { try submission($0) })
            _ = try await queue.claim(limit: 5)
            var seen: [String?] = []
            var after: Int64?
            while true {
                let page = try await queue.list(QueueFilter(limit: 7, after: after))
                guard let last = page.last else { break }
                #expect(page.count <= 7)
                seen += page.map(\.email)
                after = last.sequence
            }
            #expect(seen == (1...25).map { "person\($0)@example.com" })
            #expect(try await queue.list(QueueFilter(state: .pending)).count == 20)
            #expect(try await queue.list(QueueFilter(state: .sending, limit: 3)).count == 3)
            #expect(try await queue.list(QueueFilter(limit: -1)).isEmpty)
        }
    }

    @Test("wakes the worker once for many arrivals, and ends its stream on close", arguments: Engine.sealing)
    func arrivals(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let queue = try fixture.open()
        var arrivals = queue.arrivals().makeAsyncIterator()
        for number in 1...5 { _ = try await queue.accept([try submission(number)]) }
        #expect(await arrivals.next() != nil)
        await queue.close()
        #expect(await arrivals.next() == nil)
        var late = queue.arrivals().makeAsyncIterator()
        #expect(await late.next() == nil)
    }

    @Test("refuses everything once it is closed", arguments: Engine.sealing)
    func closing(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        let queue = try fixture.open()
        await queue.close()
        await queue.close()
        await #expect(throws: QueueError.closed) { try await queue.accept([try submission(1)]) }
        await #expect(throws: QueueError.closed) { try await queue.probe() }
    }

    @Test("keeps the last twenty attempts of a response", arguments: Engine.sealing)
    func history(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            for number in 1...25 {
                let claim = try #require(try await queue.claim(limit: 1).first)
                let outcome = Outcome.retry(at: fixture.clock.now, reason: "\(number)", countsAttempt: true)
                try await queue.settle([claim.verdict(outcome)])
            }
            let item = try #require(try await queue.show(try submission(1).response.id))
            #expect(item.history?.map(\.reason) == (6...25).map(String.init))
            #expect(item.attempts == 25)
        }
    }

    @Test("tells the age of what has been pending longest", arguments: Engine.sealing)
    func age(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            #expect(try await queue.status().oldestPendingSeconds == 0)
            _ = try await queue.accept([try submission(1)])
            fixture.clock.advance(by: 90)
            _ = try await queue.accept([try submission(2)])
            fixture.clock.advance(by: 10)
            #expect(try await queue.status().oldestPendingSeconds == 100)
            _ = try await queue.claim(limit: 1)
            #expect(try await queue.status().oldestPendingSeconds == 10)
        }
    }

    @Test("what is held on purpose is told apart, and late only once its hold is over", arguments: Engine.sealing)
    func held(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let end = fixture.clock.now.addingTimeInterval(1_800)
            _ = try await queue.accept([try submission(1, heldUntil: end)])
            fixture.clock.advance(by: 100)
            var status = try await queue.status()
            #expect(status.pending == 1 && status.held == 1 && status.oldestPendingSeconds == 0)
            #expect(try await queue.list(QueueFilter()).map(\.heldUntil) == [end])
            _ = try await queue.accept([try submission(2)])
            fixture.clock.advance(by: 10)
            status = try await queue.status()
            #expect(status.pending == 2 && status.held == 1 && status.oldestPendingSeconds == 10)
            try await deliverAll(queue)
            fixture.clock.advance(by: 1_710)
            status = try await queue.status()
            #expect(status.pending == 1 && status.held == 0 && status.oldestPendingSeconds == 20)
            let claim = try #require(try await queue.claim(limit: 1).first)
            #expect(try await queue.show(claim.response.id)?.heldUntil == nil)
        }
    }

    @Test("neither the hold nor the time in parking counts once delivery was tried", arguments: Engine.sealing)
    func ageWithoutWaiting(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let end = fixture.clock.now.addingTimeInterval(1_800)
            _ = try await queue.accept([try submission(1, heldUntil: end)])
            fixture.clock.advance(by: 1_810)
            let claim = try #require(try await queue.claim(limit: 1).first)
            try await queue.settle([claim.verdict(.retry(at: fixture.clock.now, reason: "503", countsAttempt: false))])
            #expect(try await queue.status().oldestPendingSeconds == 10)
            try await queue.release(try await queue.claim(limit: 1).map(\.response.id))
            #expect(try await queue.status().oldestPendingSeconds == 10)
            let again = try #require(try await queue.claim(limit: 1).first)
            try await queue.settle([again.verdict(.park(reason: "no"))])
            fixture.clock.advance(by: 86_400)
            _ = try await queue.retryParked()
            fixture.clock.advance(by: 5)
            #expect(try await queue.status().oldestPendingSeconds == 5)
        }
    }

    @Test("the time in quarantine doesn't count after a replay", arguments: Engine.sealing)
    func ageAfterReplay(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let ids = try await queue.accept([], quarantining: [draft("new"), draft("edit")]).quarantined
            fixture.clock.advance(by: 20 * 86_400)
            _ = try await queue.accept([try submission(1)], resolving: [ids[0]])
            #expect(try await queue.status().oldestPendingSeconds == 0)
            fixture.clock.advance(by: 5)
            #expect(try await queue.status().oldestPendingSeconds == 5)
            _ = try await queue.accept([try submission(1, score: 3)], resolving: [ids[1]])
            #expect(try await queue.status().oldestPendingSeconds == 0)
            let item = try #require(try await queue.list(QueueFilter()).first)
            #expect(item.score == 3)
        }
    }

    @Test("prints the books under the names that monitoring reads", arguments: Engine.sealing)
    func statusNames(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let json = try JSONValue(parsing: try JSONEncoder().encode(try await queue.status()))
            guard case .object(let members) = json else { return #expect(Bool(false)) }
            let names = [
                "accepted", "delivered", "erased", "oldestPendingSeconds", "parked", "pending", "quarantined",
                "sending",
            ]
            #expect(members.keys.sorted() == names)
            #expect(members.values.allSatisfy { $0 == .integer(0) })
        }
    }
}
