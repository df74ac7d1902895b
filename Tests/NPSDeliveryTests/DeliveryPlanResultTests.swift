import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import Testing

@Suite("What follows from a result")
struct DeliveryPlanResultTests {
    @Test("an outage is retried without an attempt counted, until an answer comes")
    func outage() throws {
        let delivery = PlannedDelivery(fraction: 1)
        let sent = try claims(0..<3)
        var wait: TimeInterval = 1
        var settlement = try delivery.deliver(sent, .failed(.notSent("connection refused")))
        let until = delivery.now.addingTimeInterval(1)
        #expect(
            settlement.verdicts
                == sent.map { $0.settled(as: .retry(at: until, reason: "connection refused", countsAttempt: false)) }
        )
        for _ in 1...12 {
            #expect(delivery.plan.status.isBackingOff)
            #expect(try delivery.waited() == min(wait, 300))
            // Nothing is at risk while nothing can even be sent: the request that ends the wait is a whole one.
            #expect(delivery.next() == .claim(limit: 100))
            settlement = try delivery.deliver([sent[0]], .failed(.notSent("connection refused")))
            #expect(settlement.verdicts.count == 1)
            wait *= 2
        }
        _ = try delivery.waited()
        _ = try delivery.deliver([sent[0]], .bulk(BulkEnvelope(naming: [sent[0]])))
        #expect(delivery.plan.status == .forwarding)
        #expect(try delivery.claimLimit() == 100)
    }

    @Test("after a failure of any other kind a single response goes ahead")
    func caution() throws {
        for answer: SendResult in [
            .failed(.ambiguous("status 408")), .failed(.ambiguous("timeout")), .failed(.refused(.token, "no")),
            .failed(.refused(.foreignPage, "no")), .failed(.refused(.permission, "no")),
        ] {
            let delivery = PlannedDelivery()
            _ = try delivery.deliver([claim(1)], .failed(.notSent("down")))
            _ = try delivery.waited()
            _ = try delivery.deliver([claim(1)], answer)
            _ = try delivery.waited()
            #expect(delivery.next() == .claim(limit: 1), "\(answer)")
        }
    }

    @Test("a probe is never a create: nobody knows whether it is alone")
    func probe() throws {
        let delivery = PlannedDelivery()
        _ = try delivery.deliver([claim(1)], .failed(.notSent("connection refused")))
        _ = try delivery.waited()
        delivery.plan.found([try claim(1)], nextDue: nil, at: delivery.now)
        #expect(try delivery.batch().operation == .upsert)
    }

    @Test("a refusal pauses all of delivery, gives everything back untouched, and is probed with one response")
    func refusal() throws {
        let delivery = PlannedDelivery { $0.batchBytes = 1_000 }
        let sent = try claims(0..<3)
        let sentence = "Planhat refuses the token. A new token is read at a restart."
        let settlement = try delivery.deliver(sent, .failed(.refused(.token, "Planhat refuses the token.")))
        #expect(settlement.releases == sent.dropFirst().map(\.id))
        #expect(settlement.verdicts.map(\.id) == [sent[0].id])
        #expect(delivery.plan.status == .paused(sentence: sentence, since: delivery.now))
        #expect(try delivery.waited() == 30)
        #expect(delivery.next() == .claim(limit: 1))
        let since = delivery.now.addingTimeInterval(-30)
        let probed = try delivery.deliver([sent[0]], .failed(.refused(.token, "Planhat refuses the token.")))
        let retryAt = delivery.now.addingTimeInterval(60)
        let retry = Outcome.ambiguous(retryAt: retryAt, reason: sentence, countsAttempt: false)
        #expect(probed == Settlement(verdicts: [sent[0].settled(as: retry)]))
        #expect(delivery.plan.status == .paused(sentence: sentence, since: since))
        #expect(try delivery.waited() == 60)
        _ = try delivery.deliver([sent[0]], .bulk(BulkEnvelope(naming: [sent[0]])))
        #expect(delivery.plan.status == .forwarding)
        #expect(try delivery.claimLimit() == 100)
    }

    @Test(
        "what was in a request that may have left is sent by upsert from then on, whatever the answer",
        arguments: [
            .rateLimited(retryAfter: nil), .rateLimited(retryAfter: 1), .unavailable(retryAfter: 1),
            .ambiguous("status 408"), .ambiguous("status 425"), .ambiguous("status 503"), .refused(.token, "no"),
            .refused(.permission, "no"), .refused(.redirect, "no"), .refused(.notTheAPI, "no"),
            .refused(.foreignPage, "no"), .notFound,
        ] as [PlanhatError]
    )
    func noLongerNew(error: PlanhatError) throws {
        for count in [1, 3] {
            let delivery = PlannedDelivery()
            let sent = try claims(0..<count)
            let settlement = try delivery.deliver(sent, .failed(error))
            #expect(settlement.releases.isEmpty)
            #expect(settlement.verdicts.map(\.id) == sent.map(\.id))
            #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == sent.map { _ in true })
        }
    }

    @Test(
        "what never left stays new",
        arguments: [.notSent("connection refused"), .refused(.tls, "no certificate")] as [PlanhatError]
    )
    func stillNew(error: PlanhatError) throws {
        let delivery = PlannedDelivery()
        let one = try claim(1)
        let settlement = try delivery.deliver([one], .failed(error))
        #expect(settlement.verdicts.map(\.id) == [one.id])
        #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == [false])
    }

    @Test("a 503 that tells a short wait is repeated only when the request can't be under way any more")
    func unavailable() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1)
        let settlement = try delivery.deliver([one], .failed(.unavailable(retryAfter: 5)))
        let outcome = Outcome.ambiguous(
            retryAt: delivery.now.addingTimeInterval(30),
            reason: "Planhat is unavailable for a while (503)",
            countsAttempt: false
        )
        #expect(settlement == Settlement(verdicts: [one.settled(as: outcome)]))
        #expect(try delivery.waited() == 5)
    }

    @Test("a refusal by what may have passed the request on leaves the response ambiguous, and counts no attempt")
    func ambiguousRefusal() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1)
        for wait in [30.0, 60] {
            let settlement = try delivery.deliver([one], .failed(.refused(.foreignPage, "a page answers")))
            let until = delivery.now.addingTimeInterval(wait)
            let ambiguous = Outcome.ambiguous(retryAt: until, reason: "a page answers", countsAttempt: false)
            #expect(settlement == Settlement(verdicts: [one.settled(as: ambiguous)]))
            #expect(delivery.plan.status.name == "paused")
            #expect(try delivery.waited() == wait)
        }
    }

    @Test("a denial is a refusal, unless the rest of the denied response's batch got through")
    func denial() throws {
        let fresh = PlannedDelivery()
        #expect(
            try fresh.deliver([claim(1)], .failed(.refused(.permission, "no permission"))).verdicts.map(
                \.outcome.countsAttempt
            ) == [false]
        )
        #expect(fresh.plan.status == .paused(sentence: "no permission", since: fresh.now))

        let delivery = PlannedDelivery()
        for (attempts, isParked) in [(0, false), (1, false), (2, true)] {
            let sent = try claims(0..<3, attempts: attempts)
            let envelope = BulkEnvelope(naming: Array(sent[0...1]), strayErrors: ["no permission"])
            _ = try delivery.deliver(sent, .bulk(envelope))
            let settlement = try delivery.answer { _ in .failed(.refused(.permission, "no permission")) }
            #expect(settlement.verdicts.map(\.id) == [sent[2].id])
            #expect(settlement.verdicts.map(\.outcome.isParked) == [isParked])
            #expect(delivery.plan.status == .forwarding)
        }
    }

    @Test("a rate limit holds everything for as long as it says, then a single response goes ahead")
    func rateLimit() throws {
        let delivery = PlannedDelivery()
        let sent = try claims(0..<3)
        let settlement = try delivery.deliver(sent, .failed(.rateLimited(retryAfter: 17)))
        let until = delivery.now.addingTimeInterval(17)
        let held = Outcome.ambiguous(retryAt: until, reason: "Planhat's rate limit is reached", countsAttempt: false)
        #expect(settlement == Settlement(verdicts: sent.map { $0.settled(as: held) }))
        #expect(delivery.plan.status.isBackingOff)
        #expect(try delivery.waited() == 17)
        #expect(delivery.next() == .claim(limit: 1))
    }

    @Test("an ambiguous outcome waits out the grace, then is an upsert for good")
    func ambiguous() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1)
        let settlement = try delivery.deliver([one], .failed(.ambiguous("no answer in time")))
        let retryAt = delivery.now.addingTimeInterval(30)
        #expect(settlement.verdicts == [one.settled(as: .ambiguous(retryAt: retryAt, reason: "no answer in time"))])
    }

    @Test("a create that shows no record proves nothing")
    func emptyCreate() throws {
        let delivery = PlannedDelivery()
        let settlement = try delivery.deliver([claim(1)], .record(planhatID: nil))
        #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == [true])
        #expect(delivery.plan.status == .forwarding)
    }

    @Test("after many ambiguous attempts a response is tried seldom")
    func seldom() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1, attempts: 8, mustUpsert: true)
        let settlement = try delivery.deliver([one], .failed(.ambiguous("status 500")))
        let retryAt = delivery.now.addingTimeInterval(300)
        #expect(settlement.verdicts == [one.settled(as: .ambiguous(retryAt: retryAt, reason: "status 500"))])
    }

    @Test("a response that alone fails over and over, while others arrive, is parked")
    func poison() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1, attempts: 16, mustUpsert: true)
        let settlement = try delivery.deliver([one], .failed(.ambiguous("status 500")))
        #expect(settlement.verdicts.map(\.outcome.isParked) == [true])
    }

    @Test("a failure counts as an attempt only while the API answers others")
    func countedAttempts() throws {
        let delivery = PlannedDelivery()
        let timeout = SendResult.failed(.ambiguous("timeout"))
        #expect(try delivery.deliver([claim(1)], timeout).verdicts.map(\.outcome.countsAttempt) == [true])
        for number in [1, 2, 1] {
            _ = try delivery.waited()
            #expect(try delivery.deliver([claim(number)], timeout).verdicts.map(\.outcome.countsAttempt) == [false])
        }
        _ = try delivery.waited()
        _ = try delivery.deliver([claim(3)], .bulk(naming: [claim(3)]))
        for number in [1, 2] {
            #expect(try delivery.deliver([claim(number)], timeout).verdicts.map(\.outcome.countsAttempt) == [true])
            _ = try delivery.waited()
        }
    }

    @Test(
        "after an outage of two hours a response's first failure parks nothing",
        arguments: [.ambiguous("timeout"), .ambiguous("status 500"), .rejected(status: 409, "conflict")]
            as [PlanhatError]
    )
    func failureAfterOutage(error: PlanhatError) throws {
        let queue = MemoryQueue(try claims(0..<2), batchSize: 1)
        let end = queue.start.addingTimeInterval(7_200)
        var failed: ResponseID?
        try queue.deliver { batch in
            guard queue.delivery.now >= end else { return .failed(.ambiguous("timeout")) }
            guard !queue.delivered.isEmpty, failed == nil else { return .bulk(naming: batch.claims) }
            failed = batch.ids.first
            return .failed(error)
        }
        #expect(failed != nil)
        #expect(queue.delivered.count == 2)
        #expect(queue.parked.isEmpty)
    }

    @Test("nothing is parked while the API answers nobody")
    func longOutage() throws {
        let delivery = PlannedDelivery()
        _ = try delivery.deliver([claim(2)], .failed(.ambiguous("status 500")))
        _ = try delivery.waited()
        let settlement = try delivery.deliver(
            [claim(1, attempts: 99, mustUpsert: true)],
            .failed(.ambiguous("status 500"))
        )
        #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == [true])
    }

    @Test("a refused item is parked with the reason, and the others go on at once")
    func rejected() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1)
        let settlement = try delivery.deliver([one], .failed(.rejected(status: 400, "score is missing")))
        #expect(
            settlement.verdicts == [
                one.settled(as: .park(reason: "Planhat refused it with status 400: score is missing"))
            ]
        )
        #expect(delivery.plan.status == .forwarding)
        #expect(try delivery.claimLimit() == 100)
    }

    @Test("a create that is refused as a duplicate is asked about by upsert, not parked")
    func duplicate() throws {
        let delivery = PlannedDelivery()
        let duplicated = SendResult.failed(.rejected(status: 400, "sourceId duplicated"))
        for attempts in 0..<3 {
            let settlement = try delivery.deliver([claim(1, attempts: attempts)], duplicated)
            #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == [true])
        }
        let settlement = try delivery.deliver([claim(1, attempts: 3)], duplicated)
        #expect(settlement.verdicts.map(\.outcome.isParked) == [true])
    }

    @Test("the first duplicate after timeouts is asked about by upsert, too")
    func duplicateAfterTimeouts() throws {
        let delivery = PlannedDelivery()
        let late = try claim(1, attempts: 3, mustUpsert: true)
        let settlement = try delivery.deliver([late], .failed(.rejected(status: 409, "conflict")))
        #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == [true])
    }

    @Test(
        "whatever says that it is there already is asked about by upsert",
        arguments: ["sourceId duplicated", "Planhat refused it: this NPS already exists"]
    )
    func alreadyThere(reason: String) throws {
        let delivery = PlannedDelivery()
        #expect(
            try delivery.deliver([claim(1)], .failed(.rejected(status: 400, reason))).verdicts.map(
                \.outcome.isAmbiguous
            ) == [true]
        )
        #expect(
            try delivery.deliver([claim(3)], .failed(.rejected(status: 409, "conflict"))).verdicts.map(
                \.outcome.isAmbiguous
            ) == [true]
        )
        #expect(
            try delivery.deliver([claim(2)], .failed(.rejected(status: 400, "this company does not exist"))).verdicts
                .map(\.outcome.isParked) == [true]
        )
    }

    @Test("one poison item ends up alone and parked, all others arrive, in few requests", arguments: [0, 7, 63, 99])
    func bisection(poison: Int) throws {
        let delivery = PlannedDelivery()
        let sent = try claims(0..<100)
        let bad = sent[poison]
        delivery.plan.found(sent, nextDue: nil, at: delivery.now)
        var verdicts: [Verdict] = []
        var requests = 0
        while case .send(let batch) = delivery.afterPace() {
            requests += 1
            let answer: SendResult =
                batch.claims.contains(bad) ? .failed(.rejected(status: 400, "bad item")) : .bulk(naming: batch.claims)
            _ = delivery.plan.answered(answer, to: batch, at: delivery.now)
            verdicts += delivery.settle().verdicts
        }
        #expect(requests <= 15)
        #expect(
            verdicts.filter(\.outcome.isParked) == [
                bad.settled(as: .park(reason: "Planhat refused it with status 400: bad item", mayHaveArrived: true))
            ]
        )
        #expect(Set(verdicts.map(\.id)) == Set(sent.map(\.id)))
        #expect(verdicts.count == 100)
    }

    @Test("after errors that name nobody only what is unproven is sent again, never as a create")
    func unproven() throws {
        let delivery = PlannedDelivery()
        let sent = try claims(0..<4)
        let envelope = BulkEnvelope(naming: Array(sent[0...2]), strayErrors: ["the item could not be saved"])
        let settlement = try delivery.deliver(sent, .bulk(envelope))
        #expect(settlement.verdicts.map(\.id) == sent[0...2].map(\.id))
        #expect(try delivery.batch() == Batch([sent[3]], .upsert, mayHaveArrived: true))
    }

    @Test("what is parked remembers that an earlier request may have delivered it")
    func parkedAfterAmbiguity() throws {
        let delivery = PlannedDelivery()
        let sent = try claims(0..<2)
        let clear = try delivery.deliver(sent, .bulk(BulkEnvelope(problems: [sent[0].id: "no", sent[1].id: "no"])))
        #expect(clear.verdicts == sent.map { $0.settled(as: .park(reason: "Planhat refused it: no")) })
        // One of the two was created, and nobody says which.
        _ = try delivery.deliver(sent, .bulk(BulkEnvelope(counted: 1, strayErrors: ["no"])))
        let settlement = try delivery.answer { .bulk(BulkEnvelope(problems: [$0.claims[0].id: "no"])) }
        #expect(
            settlement.verdicts == [sent[0].settled(as: .park(reason: "Planhat refused it: no", mayHaveArrived: true))]
        )
    }

    @Test("what Planhat leaves out without an error is asked about once more, then parked")
    func ignored() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1)
        let first = try delivery.deliver([one], .bulk(BulkEnvelope()))
        #expect(first.verdicts.map(\.outcome.isAmbiguous) == [true])
        let second = try delivery.deliver([claim(1, attempts: 1, mustUpsert: true)], .bulk(BulkEnvelope()))
        #expect(second.verdicts == [one.settled(as: .park(reason: "ignored by Planhat (unknown contact or domain?)"))])
    }

    @Test("a failure before the unproven are settled leaves them ambiguous, not released")
    func failureInBetween() throws {
        for answer: SendResult in [
            .failed(.notSent("down")), .failed(.rateLimited(retryAfter: 1)), .failed(.refused(.token, "no")),
            .failed(.refused(.foreignPage, "no")), .failed(.refused(.permission, "no")),
            .failed(.ambiguous("timeout")),
        ] {
            let delivery = PlannedDelivery()
            _ = try delivery.deliver(claims(0..<4), .bulk(BulkEnvelope(counted: 3, strayErrors: ["no"])))
            let settlement = try delivery.answer { _ in answer }
            #expect(settlement.releases.isEmpty, "\(answer)")
            #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == [true, true, true, true], "\(answer)")
            // Only a request that got an unclear answer of its own is an attempt.
            let counted = settlement.verdicts.count(where: \.outcome.countsAttempt)
            #expect(counted == (answer == .failed(.ambiguous("timeout")) ? 2 : 0), "\(answer)")
        }
    }

    @Test("being left out once is forgotten by whatever ends otherwise, and by an edit")
    func ignoredBefore() throws {
        let delivery = PlannedDelivery()
        let again = try claim(1, attempts: 1, mustUpsert: true)
        _ = try delivery.deliver([claim(1)], .bulk(BulkEnvelope()))
        let envelope = BulkEnvelope(problems: [again.id: "no"])
        #expect(try delivery.deliver([again], .bulk(envelope)).verdicts.map(\.outcome.isParked) == [true])
        // Retried by hand, and left out again.
        #expect(try delivery.deliver([again], .bulk(BulkEnvelope())).verdicts.map(\.outcome.isAmbiguous) == [true])
        let edit = Claim(response: again.response, revision: 2, attempts: 0, mustUpsert: true)
        #expect(try delivery.deliver([edit], .bulk(BulkEnvelope())).verdicts.map(\.outcome.isAmbiguous) == [true])
        #expect(try delivery.deliver([edit], .bulk(BulkEnvelope())).verdicts.map(\.outcome.isParked) == [true])
    }

    @Test("once nothing is left to deliver, an old failure is no news")
    func nothingLeft() throws {
        for answer: SendResult in [.failed(.refused(.token, "no")), .failed(.notSent("down"))] {
            let delivery = PlannedDelivery()
            _ = try delivery.deliver([claim(1)], answer)
            _ = try delivery.waited()
            #expect(delivery.next().isClaim)
            let later = delivery.now.addingTimeInterval(60)
            delivery.plan.found([], nextDue: later, at: delivery.now)
            #expect(delivery.plan.status != .idle(until: later))
            delivery.advance(by: 60)
            #expect(delivery.next().isClaim)
            delivery.plan.found([], nextDue: nil, at: delivery.now)
            #expect(delivery.plan.status == .idle(until: nil))
            delivery.plan.woke()
            #expect(delivery.next().isClaim)
            #expect(delivery.plan.status == .forwarding)
            // Nobody knows yet whether it is over.
            delivery.plan.found([try claim(2)], nextDue: nil, at: delivery.now)
            #expect(delivery.plan.status == .forwarding)
            #expect(try delivery.answer { _ in answer }.verdicts.count == 1)
            #expect(delivery.plan.status != .forwarding)
        }
    }

    @Test("each response is counted once")
    func counts() throws {
        let delivery = PlannedDelivery()
        let sent = try claims(0..<3)
        let envelope = BulkEnvelope(naming: [sent[0]], problems: [sent[1].id: "no"])
        delivery.plan.found(sent, nextDue: nil, at: delivery.now)
        let counts = delivery.plan.answered(.bulk(envelope), to: try delivery.batch(), at: delivery.now)
        #expect(counts.delivered == 1)
        #expect(counts.parked.map(\.id) == [sent[1].id])
        #expect(counts.ambiguous == 1)
        #expect(counts.retried == 0)
    }
}

extension DeliveryPlan.Step {
    var isClaim: Bool {
        if case .claim = self { true } else { false }
    }
}

extension Outcome {
    var countsAttempt: Bool {
        switch self {
        case .delivered, .park: true
        case .retry(_, _, let counts), .ambiguous(_, _, let counts): counts
        }
    }

    var isParked: Bool {
        if case .park = self { true } else { false }
    }
}

extension DeliveryStatus {
    var isBackingOff: Bool {
        if case .backingOff = self { true } else { false }
    }
}
