import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import Testing

@Suite("Who makes requests fail, and who only failed beside")
struct PoisonTrackerTests {
    /// A small queue in memory: what is due goes out, what comes back waits for its time.
    private final class DeliveryFixture {
        let delivery: PlannedDelivery
        var waiting: [(claim: Claim, due: Date)]
        var delivered: Set<ResponseID> = []
        var parked: [ResponseID: String] = [:]
        var requests: [Int] = []

        init(_ claims: [Claim], batchSize: Int) {
            let delivery = PlannedDelivery(batchSize: batchSize)
            self.delivery = delivery
            waiting = claims.map { ($0, delivery.now) }
        }

        /// Until nothing waits, or so many requests were sent.
        ///
        /// - Parameter watched: another response comes in whenever this one was sent.
        func deliver(limit: Int = 400, watched: ResponseID? = nil, _ answer: (Batch) -> SendResult) throws {
            while requests.count < limit, !waiting.isEmpty {
                switch delivery.next() {
                case .wait(let date):
                    let next = [date, waiting.map(\.due).min()].compactMap(\.self).max() ?? delivery.now
                    delivery.advance(by: max(next.timeIntervalSince(delivery.now), 0.001))
                case .claim(let limit):
                    let due = waiting.filter { $0.due <= delivery.now }.sorted { $0.due < $1.due }.prefix(limit)
                    let next = waiting.map(\.due).min()
                    delivery.plan.found(due.map(\.claim), nextDue: next, at: delivery.now)
                case .send(let batch):
                    requests.append(batch.claims.count)
                    if batch.claims.contains(where: { $0.id == watched }) {
                        waiting.append((try claim(1_000 + requests.count), delivery.now))
                    }
                    _ = delivery.plan.answered(answer(batch), to: batch, at: delivery.now)
                case .settle(let settlement):
                    for verdict in settlement.verdicts { settle(verdict) }
                    delivery.plan.settled()
                }
            }
        }

        private func settle(_ verdict: Verdict) {
            guard let index = waiting.firstIndex(where: { $0.claim.id == verdict.id }) else { return }
            switch verdict.outcome {
            case .delivered:
                delivered.insert(verdict.id)
                waiting.remove(at: index)
            case .park(let reason, _):
                parked[verdict.id] = reason
                waiting.remove(at: index)
            case .ambiguous(let date, _, let counts): postpone(index, to: date, by: counts ? 1 : 0)
            case .retry(let date, _, let counts): postpone(index, to: date, by: counts ? 1 : 0)
            }
        }

        private func postpone(_ index: Int, to date: Date, by attempts: Int) {
            let old = waiting[index].claim
            let claim = Claim(
                response: old.response,
                revision: old.revision,
                attempts: old.attempts + attempts,
                mustUpsert: true
            )
            waiting[index] = (claim, date)
        }
    }

    @Test("one that always brings the API down ends up alone, and all others arrive", arguments: [0, 37, 99])
    func poison(position: Int) throws {
        let claims = try claims(0..<100)
        let poison = claims[position].id
        let town = DeliveryFixture(claims, batchSize: 100)
        try town.deliver(watched: poison) { batch in
            batch.claims.contains { $0.id == poison }
                ? .ambiguous("HTTP 500") : .upserted(BulkReport(naming: batch.claims))
        }
        #expect(town.delivered.isSuperset(of: claims.map(\.id).filter { $0 != poison }))
        #expect(Array(town.parked.keys) == [poison])
    }

    @Test("one that a firewall refuses is parked in the end, and the others don't wait for it")
    func firewall() throws {
        let claims = try claims(0..<100)
        let offender = claims[5].id
        let town = DeliveryFixture(claims, batchSize: 100)
        try town.deliver(watched: offender) { batch in
            batch.claims.contains { $0.id == offender }
                ? .refused("an HTML page answered") : .upserted(BulkReport(naming: batch.claims))
        }
        #expect(town.delivered.isSuperset(of: claims.map(\.id).filter { $0 != offender }))
        let reason = try #require(town.parked[offender])
        #expect(reason.contains("while others got through"))
        #expect(reason.contains("an HTML page answered"))
    }

    @Test("a lasting refusal parks nobody")
    func lastingRefusal() throws {
        let town = DeliveryFixture(try claims(0..<10), batchSize: 5)
        try town.deliver(limit: 300) { _ in .refused("Planhat refuses the token.") }
        #expect(town.parked.isEmpty)
        #expect(town.waiting.count == 10)
    }

    @Test("after an outage everybody travels in full company again")
    func outage() throws {
        let town = DeliveryFixture(try claims(0..<1_000), batchSize: 100)
        var left = 40
        try town.deliver { batch in
            left -= 1
            return left >= 0 ? .ambiguous("HTTP 500") : .upserted(BulkReport(naming: batch.claims))
        }
        #expect(town.delivered.count == 1_000)
        let calm = town.requests.dropFirst(40)
        // A probe, those that the outage left with times of their own, and ten full batches.
        #expect(calm.filter { $0 == 100 }.count >= 9)
    }

    @Test("too large is halved, and what comes later is smaller from the start")
    func tooLarge() throws {
        let comment = String(repeating: "x", count: 5_000)
        let claims = try (0..<200).map { try claim($0, comment: comment) }
        let town = DeliveryFixture(claims, batchSize: 100)
        var refusals = 0
        try town.deliver { batch in
            guard batch.claims.count > 20 else { return .upserted(BulkReport(naming: batch.claims)) }
            refusals += 1
            return .tooLarge("413")
        }
        #expect(town.delivered.count == 200)
        #expect(refusals <= 8)
    }

    @Test("what was too large once is tried larger again after many that were not")
    func largerAgain() throws {
        let comment = String(repeating: "x", count: 5_000)
        let town = DeliveryFixture(try (0..<6_000).map { try claim($0, comment: comment) }, batchSize: 100)
        var refusals = 0
        try town.deliver { batch in
            guard refusals < 3, batch.claims.count > 10 else {
                return .upserted(BulkReport(naming: batch.claims))
            }
            refusals += 1
            return .tooLarge("413")
        }
        #expect(town.delivered.count == 6_000)
        #expect(town.requests.suffix(5).contains(100))
    }

    @Test("one that is too large alone is parked")
    func tooLargeAlone() throws {
        let town = DeliveryFixture([try claim(1, mustUpsert: true)], batchSize: 100)
        try town.deliver { _ in .tooLarge("413") }
        #expect(town.parked.count == 1)
    }
}
