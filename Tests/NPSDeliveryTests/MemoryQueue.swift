import Foundation
import NPSDelivery
import NPSModel
import NPSQueue

/// A small queue in memory: what is due goes out, what comes back waits for its time.
final class MemoryQueue {
    let delivery: PlannedDelivery
    var waiting: [(claim: Claim, due: Date)]
    var delivered: Set<ResponseID> = []
    var parked: [ResponseID: String] = [:]
    /// At any time.
    var mostParked = 0
    private var parkedClaims: [ResponseID: Claim] = [:]
    /// Those that a request has carried.
    private var tried: Set<ResponseID> = []
    /// In the order of arrival.
    private var numbers: [ResponseID: Int] = [:]
    /// The size of each.
    var requests: [Int] = []
    /// When each was delivered: the time, and by which request.
    private(set) var deliveries: [ResponseID: (date: Date, request: Int)] = [:]
    let start: Date

    init(_ claims: [Claim], batchSize: Int, requestsPerMinute: Int = 60_000_000) {
        let delivery = PlannedDelivery(batchSize: batchSize, requestsPerMinute: requestsPerMinute)
        start = delivery.now
        self.delivery = delivery
        waiting = claims.map { ($0, delivery.now) }
    }

    /// A response that comes in so many seconds after the start.
    func add(_ claim: Claim, after seconds: TimeInterval) {
        waiting.append((claim, start.addingTimeInterval(seconds)))
    }

    /// Until so few wait, or so many requests were sent.
    ///
    /// - Parameters:
    ///   - last: until this one is delivered.
    ///   - watched: another response comes in whenever this one was sent.
    func deliver(
        limit: Int = 400,
        untilLeft few: Int = 0,
        until last: ResponseID? = nil,
        watched: ResponseID? = nil,
        _ answer: (Batch) -> SendResult
    ) throws {
        while requests.count < limit, waiting.count > few, last.map(delivered.contains) != true {
            switch delivery.next() {
            case .wait(let date):
                let next = [date, waiting.map(\.due).min()].compactMap(\.self).max() ?? delivery.now
                delivery.advance(by: max(next.timeIntervalSince(delivery.now), 0.001))
            case .claim(let limit, let order):
                delivery.plan.found(due(limit, order), nextDue: waiting.map(\.due).min(), at: delivery.now)
            case .send(let batch):
                requests.append(batch.claims.count)
                if batch.claims.contains(where: { $0.id == watched }) {
                    waiting.append((try claim(1_000 + requests.count), delivery.now))
                }
                _ = delivery.plan.answered(answer(batch), to: batch, at: delivery.now)
            case .settle(let settlement):
                for verdict in settlement.verdicts { settle(verdict) }
                for parked in settlement.takenBack {
                    for id in parked.ids { takeBack(id, due: parked.due) }
                }
                mostParked = max(mostParked, parked.count)
                delivery.plan.settled()
            }
        }
    }

    private func due(_ limit: Int, _ order: ClaimOrder) -> [Claim] {
        for (claim, _) in waiting where numbers[claim.id] == nil { numbers[claim.id] = numbers.count }
        let due = waiting.filter { $0.due <= delivery.now }
        let oldest = due.sorted { $0.due < $1.due }.map(\.claim)
        guard order == .newest else { return Array(oldest.prefix(limit)) }
        func number(_ claim: Claim) -> Int { numbers[claim.id] ?? 0 }
        let newest = due.map(\.claim).filter { !tried.contains($0.id) }.sorted { number($0) > number($1) }.prefix(limit)
        let ids = Set(newest.map(\.id))
        return Array(newest) + oldest.filter { !ids.contains($0.id) }.prefix(limit - newest.count)
    }

    private func settle(_ verdict: Verdict) {
        guard let index = waiting.firstIndex(where: { $0.claim.id == verdict.id }) else { return }
        switch verdict.outcome {
        case .delivered:
            delivered.insert(verdict.id)
            deliveries[verdict.id] = (delivery.now, requests.count)
            waiting.remove(at: index)
        case .park(let reason, _):
            parked[verdict.id] = reason
            parkedClaims[verdict.id] = waiting.remove(at: index).claim
        case .ambiguous(let date, _, let counts): postpone(index, to: date, by: counts ? 1 : 0)
        case .retry(let date, _, let counts): postpone(index, to: date, by: counts ? 1 : 0)
        }
    }

    private func takeBack(_ id: ResponseID, due: Date) {
        guard parked.removeValue(forKey: id) != nil, let claim = parkedClaims.removeValue(forKey: id) else { return }
        waiting.append((claim, due))
        tried.remove(id)
    }

    private func postpone(_ index: Int, to date: Date, by attempts: Int) {
        let old = waiting[index].claim
        tried.insert(old.id)
        let claim = Claim(
            response: old.response,
            revision: old.revision,
            attempts: old.attempts + attempts,
            mustUpsert: true
        )
        waiting[index] = (claim, date)
    }
}
