import Foundation
import NPSDelivery
import NPSQueue
import Testing

/// Plays the worker's part by hand: one plan, a clock that a test moves, and no jitter unless asked for.
final class PlannedDelivery {
    var plan: DeliveryPlan
    var now = Date(timeIntervalSince1970: 1_700_000_000)

    init(
        batchSize: Int = 100,
        requestsPerMinute: Int = 60_000_000,
        fraction: Double = 0.5,
        _ change: (inout DeliveryPlan.Configuration) -> Void = { _ in }
    ) {
        var configuration = DeliveryPlan.Configuration(requestsPerMinute: requestsPerMinute, batchSize: batchSize)
        change(&configuration)
        plan = DeliveryPlan(configuration: configuration, fraction: { fraction })
    }

    func next() -> DeliveryPlan.Step { plan.next(at: now) }

    func advance(by seconds: TimeInterval) {
        now = now.addingTimeInterval(seconds)
        plan.woke()
    }

    /// Waits as long as the plan asks for, and gives the seconds.
    func waited() throws -> TimeInterval {
        guard case .wait(let until?) = next() else {
            Issue.record("the plan doesn't wait")
            return 0
        }
        let seconds = until.timeIntervalSince(now)
        advance(by: seconds)
        return seconds
    }

    func batch() throws -> Batch {
        guard case .send(let batch) = afterPace() else { throw Unexpected() }
        return batch
    }

    func claimLimit() throws -> Int {
        guard case .claim(let limit, _) = afterPace() else { throw Unexpected() }
        return limit
    }

    /// The next step once the pace allows it, which is a microsecond later in most tests.
    func afterPace() -> DeliveryPlan.Step {
        let step = next()
        guard case .wait(let until?) = step, until.timeIntervalSince(now) < 0.001 else { return step }
        now = until
        return next()
    }

    /// Claims these, sends what is first and answers it; gives what is to be settled.
    func deliver(_ claims: [Claim], _ answer: SendResult) throws -> Settlement {
        _ = try claimLimit()
        plan.found(claims, nextDue: nil, at: now)
        _ = plan.answered(answer, to: try batch(), at: now)
        return settle()
    }

    func answer(_ answer: (Batch) -> SendResult) throws -> Settlement {
        let batch = try batch()
        _ = plan.answered(answer(batch), to: batch, at: now)
        return settle()
    }

    /// Whether it was the first failure in a row.
    func queueFails() -> Bool { plan.queueFailed(at: now) }

    /// Nothing, when there is nothing to settle.
    func settle() -> Settlement {
        guard case .settle(let settlement) = next() else { return Settlement() }
        plan.settled()
        return settlement
    }

    struct Unexpected: Error {}
}
