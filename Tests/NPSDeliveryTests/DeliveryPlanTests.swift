import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import Testing

@Suite("What to send next")
struct DeliveryPlanTests {
    @Test("a lone new response is a create")
    func lone() throws {
        let delivery = PlannedDelivery()
        #expect(delivery.next() == .claim(limit: 100))
        let one = try claim(1)
        delivery.plan.found([one], nextDue: nil, at: delivery.now)
        #expect(delivery.next() == .send(Batch([one], .create)))
    }

    @Test("an edit, and whatever was tried before, is an upsert", arguments: [(0, true), (1, false), (2, true)])
    func loneUpsert(attempts: Int, mustUpsert: Bool) throws {
        let delivery = PlannedDelivery()
        let one = try claim(1, attempts: attempts, mustUpsert: mustUpsert)
        delivery.plan.found([one], nextDue: nil, at: delivery.now)
        #expect(try delivery.batch().operation == .upsert)
    }

    @Test("a backlog is one upsert in the order of the queue")
    func backlog() throws {
        let delivery = PlannedDelivery()
        let many = try claims(0..<100)
        delivery.plan.found(many, nextDue: nil, at: delivery.now)
        #expect(delivery.next() == .send(Batch(many, .upsert)))
    }

    @Test("a batch is kept to its bytes, and a single large response goes alone")
    func bytes() throws {
        let delivery = PlannedDelivery { $0.batchBytes = 20_000 }
        let long = String(repeating: "x", count: 9_000)
        let sent = try [claim(1), claim(2, comment: long), claim(3, comment: long), claim(4)]
        delivery.plan.found(sent, nextDue: nil, at: delivery.now)
        #expect(try delivery.batch().claims == Array(sent[0...1]))
        #expect(try delivery.batch().claims == Array(sent[2...3]))
        delivery.plan.found([sent[1]], nextDue: nil, at: delivery.now)
        #expect(try delivery.batch().claims == [sent[1]])
    }

    @Test(
        "what failed while others got through is sent in ever smaller batches, alone in the end, and splits no others"
    )
    func smallerBatches() throws {
        let delivery = PlannedDelivery()
        let loner = try claim(1_000, mustUpsert: true)
        let others = try claims(0..<100)
        for size in [100, 100, 12] {
            delivery.plan.found([loner] + others, nextDue: nil, at: delivery.now)
            let batch = try delivery.batch()
            #expect(batch.claims.count == size)
            _ = delivery.plan.answered(.failed(.ambiguous("HTTP 500")), to: batch, at: delivery.now)
            _ = delivery.settle()
            delivery.advance(by: 300)
            _ = try delivery.deliver([others[99]], .bulk(BulkEnvelope(naming: [others[99]])))
        }
        delivery.plan.found([loner] + Array(others[0..<50]), nextDue: nil, at: delivery.now)
        #expect(try delivery.batch().claims == [loner])
    }

    @Test(
        "a batch that nobody could allow to be sent stays the next one; what another collector has taken over is dropped"
    )
    func claimsOfAnother() throws {
        let delivery = PlannedDelivery { $0.batchSize = 2 }
        let all = try claims(0..<4)
        delivery.plan.found(all, nextDue: nil, at: delivery.now)
        let first = try delivery.batch()
        delivery.plan.kept(first)
        #expect(try delivery.batch() == first)
        _ = delivery.plan.lostClaims()
        delivery.advance(by: 60)
        #expect(delivery.next() == .claim(limit: 2))
        #expect(delivery.plan.end(at: delivery.now).isEmpty)
    }

    @Test("with nothing due it waits for an arrival or for what is due next")
    func idle() throws {
        let delivery = PlannedDelivery()
        delivery.plan.found([], nextDue: nil, at: delivery.now)
        #expect(delivery.next() == .wait(until: nil))
        #expect(delivery.plan.status == .idle(until: nil))
        delivery.plan.woke()
        #expect(delivery.next() == .claim(limit: 100))
        let due = delivery.now.addingTimeInterval(7)
        delivery.plan.found([], nextDue: due, at: delivery.now)
        #expect(delivery.next() == .wait(until: due))
        delivery.now = due
        #expect(delivery.next() == .claim(limit: 100))
        #expect(delivery.plan.status == .forwarding)
    }

    @Test("something due that can't be claimed doesn't make it spin")
    func spinning() throws {
        let delivery = PlannedDelivery()
        delivery.plan.found([], nextDue: delivery.now.addingTimeInterval(-5), at: delivery.now)
        #expect(try delivery.waited() > 0)
    }

    @Test("requests keep the pace, and a claim is made only when it can be sent at once")
    func pace() throws {
        let delivery = PlannedDelivery(requestsPerMinute: 60)
        let settlement = try delivery.deliver([claim(1)], .record(planhatID: "61"))
        #expect(settlement == Settlement(verdicts: [try claim(1).settled(as: .delivered(planhatID: "61"))]))
        #expect(try delivery.waited() == 1)
        #expect(delivery.next() == .claim(limit: 100))
    }

    @Test("what the queue couldn't store is settled again, after growing waits")
    func queueFailure() throws {
        let delivery = PlannedDelivery()
        let one = try claim(1)
        delivery.plan.found([one], nextDue: nil, at: delivery.now)
        _ = delivery.plan.answered(.record(planhatID: "61"), to: try delivery.batch(), at: delivery.now)
        let settlement = Settlement(verdicts: [one.settled(as: .delivered(planhatID: "61"))])
        #expect(delivery.next() == .settle(settlement))
        for (wait, isFirst) in [(0.5, true), (1, false), (2, false)] {
            #expect(delivery.queueFails() == isFirst)
            #expect(try delivery.waited() == wait)
            #expect(delivery.next() == .settle(settlement))
        }
        delivery.plan.settled()
        #expect(try delivery.claimLimit() == 100)
    }

    @Test("a claim that failed is tried again after a while")
    func claimFailure() throws {
        let delivery = PlannedDelivery()
        #expect(delivery.queueFails())
        #expect(try delivery.waited() == 0.5)
        #expect(delivery.next() == .claim(limit: 100))
    }

    @Test("at the end what is ready is given back, and what may have arrived stays ambiguous")
    func end() throws {
        let delivery = PlannedDelivery { $0.batchBytes = 1_000 }
        let sent = try claims(0..<4)
        delivery.plan.found(sent, nextDue: nil, at: delivery.now)
        _ = try delivery.batch()
        #expect(delivery.plan.end(at: delivery.now) == Settlement(releases: sent.dropFirst().map(\.id)))

        let ambiguous = PlannedDelivery()
        _ = try ambiguous.deliver(sent, .bulk(BulkEnvelope(counted: 3, strayErrors: ["no"])))
        let settlement = ambiguous.plan.end(at: ambiguous.now)
        #expect(settlement.releases.isEmpty)
        #expect(settlement.verdicts.map(\.outcome.isAmbiguous) == [true, true, true, true])
    }
}

extension Outcome {
    var isAmbiguous: Bool {
        if case .ambiguous = self { true } else { false }
    }
}
