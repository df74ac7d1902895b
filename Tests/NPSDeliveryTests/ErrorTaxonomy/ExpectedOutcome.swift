import Foundation
import NPSDelivery
import NPSQueue

/// What became of the responses in a request, in the terms of the error taxonomy.
enum ExpectedOutcome: Sendable, Hashable {
    case delivered
    /// Certainly not applied; again soon, without an attempt counted.
    case retried
    /// Everything is held back for so many seconds, without an attempt counted; again by upsert.
    case held(TimeInterval)
    /// Perhaps applied; again by upsert, after the grace.
    case ambiguous
    /// With this in the reason.
    case parked(String)
    /// All of delivery, with this in the sentence, without an attempt counted; again by upsert.
    case paused(String)
    /// The same, but nothing of the request left: what is new stays new.
    case pausedUnsent(String)
    /// Sent again at once in smaller batches, by upsert.
    case divided
}

extension ExpectedOutcome {
    /// Reads it off what the plan wants to be settled, and off how it goes on.
    init?(_ settlement: Settlement, of claims: [Claim], then plan: inout DeliveryPlan, at now: Date) {
        let ids = claims.map(\.id)
        if settlement.isEmpty {
            guard case .send(let next) = plan.next(at: now.addingTimeInterval(1)), next.operation == .upsert,
                next.mayHaveArrived, next.claims.count < claims.count
            else { return nil }
            self = .divided
        } else if settlement.verdicts.map(\.id) == ids, settlement.verdicts.allSatisfy(\.outcome.isUncountedAmbiguous) {
            guard let pause = ExpectedOutcome(plan.status, at: now) else { return nil }
            self = pause
        } else if settlement.verdicts.map(\.id) == ids, case .paused(let sentence, _) = plan.status {
            guard settlement.verdicts.allSatisfy(\.outcome.isUncountedRetry) else { return nil }
            self = .pausedUnsent(sentence)
        } else {
            let outcomes = Set(settlement.verdicts.map { ExpectedOutcome($0.outcome, at: now) })
            guard settlement.verdicts.map(\.id) == ids, outcomes.count == 1, case let only?? = outcomes.first else {
                return nil
            }
            self = only
        }
    }

    private init?(_ status: DeliveryStatus, at now: Date) {
        switch status {
        case .backingOff(let until, _): self = .held(until.timeIntervalSince(now).rounded())
        case .paused(let sentence, _): self = .paused(sentence)
        case .idle, .forwarding: return nil
        }
    }

    /// Nil for a retry that counts an attempt, and for one that doesn't wait until a request in flight has ended.
    private init?(_ outcome: Outcome, at now: Date) {
        switch outcome {
        case .delivered: self = .delivered
        case .retry(_, _, countsAttempt: false): self = .retried
        case .ambiguous(let date, _, countsAttempt: true) where date.timeIntervalSince(now) >= 30: self = .ambiguous
        case .park(let reason, _): self = .parked(reason)
        case .retry, .ambiguous: return nil
        }
    }

    /// Whether it is the expected one, with a reason that contains the expected words.
    func matches(_ expected: ExpectedOutcome) -> Bool {
        switch (self, expected) {
        case (.parked(let reason), .parked(let words)), (.paused(let reason), .paused(let words)),
            (.pausedUnsent(let reason), .pausedUnsent(let words)):
            reason.contains(words)
        default: self == expected
        }
    }
}

extension Outcome {
    fileprivate var isUncountedAmbiguous: Bool {
        if case .ambiguous(_, _, countsAttempt: false) = self { true } else { false }
    }

    fileprivate var isUncountedRetry: Bool {
        if case .retry(_, _, countsAttempt: false) = self { true } else { false }
    }
}
