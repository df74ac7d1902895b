package import Foundation
import NPSModel
package import NPSQueue
package import PlanhatAPI

/// Decides the outcome of single responses: what becomes of each after a bulk upsert, after a refusal that is about it,
/// after an answer that proves nothing.
///
/// The plan decides about whole batches and about delivery as such: send again in halves, wait, pause.
package struct OutcomeRules: Sendable {
    /// What is believed of a response only when Planhat says it several times.
    private enum Statement: Sendable {
        case ignored
        case duplicate
        case denied
    }

    private struct Heard: Sendable {
        let revision: Int
        var times: [Statement: Int] = [:]
    }

    /// More than Planhat ever says such things of at a time. A limit is needed because those that are erased meanwhile
    /// are never settled.
    private static let heardLimit = 100_000
    private static let blamedBackoff = Backoff(base: 30, limit: 900)

    private let configuration: DeliveryPlan.Configuration
    /// Lost at a restart, which costs a few more requests.
    private var heard: [ResponseID: Heard] = [:]

    package init(configuration: DeliveryPlan.Configuration) {
        self.configuration = configuration
    }

    /// Settles what the result of a bulk upsert proves.
    ///
    /// - Returns: the verdicts, and those claims about which a smaller batch has to tell; they are to be sent again at
    ///   once, by upsert.
    package mutating func upserted(
        _ batch: Batch,
        _ result: BulkResult,
        at now: Date
    ) -> (verdicts: [Verdict], again: [Claim]) {
        let reading = BulkReading(result, of: batch)
        var verdicts: [Verdict] = []
        var again: [Claim] = []
        for claim in batch.claims {
            switch reading.result(for: claim) {
            case .delivered(let id):
                verdicts.append(claim.settled(as: .delivered(planhatID: id)))
            case .problem(let reason) where Self.speaksOfDuplicate(reason) && !batch.isAlone:
                again.append(claim)
            case .problem(let reason):
                verdicts.append(claim.settled(as: refused(claim, of: batch, reason, at: now)))
            case .ignored:
                verdicts.append(claim.settled(as: ignored(claim, of: batch, at: now)))
            case .unproven(let reason) where batch.isAlone:
                let reason = reason ?? "the answer's counts prove nothing"
                verdicts.append(claim.settled(as: ambiguous(claim, isOnlyFailure: true, reason, at: now)))
            case .unproven:
                again.append(claim)
            }
        }
        return (verdicts, again)
    }

    /// The request may have been applied, and nothing says whether it was: retried by upsert.
    ///
    /// - Parameter isOnlyFailure: it was sent alone, while the API accepts others. Only then it is parked in the end:
    ///   in an outage every response fails as often.
    /// - Parameter countsAttempt: the failure says something about this response.
    package func ambiguous(
        _ claim: Claim,
        isOnlyFailure: Bool,
        countsAttempt: Bool = true,
        _ reason: String,
        at now: Date
    ) -> Outcome {
        if claim.attempts >= configuration.attemptLimit, isOnlyFailure {
            return .park(reason: ParkedKind.unclearStart + reason, mayHaveArrived: true)
        }
        let wait = claim.attempts < configuration.promptAttempts ? configuration.grace : configuration.seldom
        return .ambiguous(
            retryAt: now.addingTimeInterval(max(wait, configuration.grace)),
            reason: reason,
            countsAttempt: countsAttempt
        )
    }

    /// A request of this response alone failed, as others did with it while more got through: that is no news about the API,
    /// and delivery goes on. It is tried again after a wait that grows, and parked in the end.
    ///
    /// - Parameters: as for ``ambiguous(_:isOnlyFailure:countsAttempt:_:at:)``
    func blamed(
        _ claim: Claim,
        _ failure: RequestFailure,
        isOnlyFailure: Bool,
        countsAttempt: Bool,
        at now: Date
    ) -> Outcome {
        if claim.attempts >= configuration.attemptLimit, isOnlyFailure {
            return .park(reason: ParkedKind.failingStart + failure.reason, mayHaveArrived: true)
        }
        let wait = Self.blamedBackoff.ceiling(failures: claim.attempts + 1)
        return .ambiguous(
            retryAt: now.addingTimeInterval(max(wait, configuration.grace)),
            reason: "fails while others get through: " + failure.reason,
            countsAttempt: countsAttempt
        )
    }

    /// Planhat refused this response for what it is: parked.
    ///
    /// - Parameter isDuplicate: the refusal says that the record exists. It may be the one that an earlier request of
    ///   ours made, so an upsert of this response alone has to tell. Believed at the fourth time.
    package mutating func refused(
        _ claim: Claim,
        of batch: Batch,
        _ reason: String,
        isDuplicate: Bool = false,
        at now: Date
    ) -> Outcome {
        if isDuplicate || Self.speaksOfDuplicate(reason), times(.duplicate, of: claim) <= 3 {
            return .ambiguous(retryAt: now.addingTimeInterval(configuration.grace), reason: reason)
        }
        return .park(reason: reason, mayHaveArrived: batch.mayHaveArrived)
    }

    /// Whether Planhat's sentence says that the record exists already.
    private static func speaksOfDuplicate(_ reason: String) -> Bool {
        ["duplicat", "already exist"].contains { reason.range(of: $0, options: .caseInsensitive) != nil }
    }

    /// The request succeeded, and this response is neither counted nor named in an error: asked about once more, then
    /// parked. After an edit it is asked about again.
    private mutating func ignored(_ claim: Claim, of batch: Batch, at now: Date) -> Outcome {
        if times(.ignored, of: claim) >= 2 {
            return .park(
                reason: ParkedKind.ignoredReason,
                mayHaveArrived: batch.mayHaveArrived
            )
        }
        return .ambiguous(
            retryAt: now.addingTimeInterval(configuration.grace),
            reason: "Planhat counted no record for it"
        )
    }

    /// Permission is lacking for this response alone: the rest of its batch got through. Believed at the third time,
    /// because the account's permission may have been withdrawn in between.
    package mutating func denied(_ claim: Claim, _ sentence: String, at now: Date) -> Outcome {
        times(.denied, of: claim) < 3
            ? .ambiguous(retryAt: now.addingTimeInterval(configuration.grace), reason: sentence)
            : .park(reason: sentence, mayHaveArrived: true)
    }

    /// How often this was said of the present content, this time included. The claim's attempts don't tell: those may
    /// have ended otherwise.
    private mutating func times(_ statement: Statement, of claim: Claim) -> Int {
        let id = claim.response.id
        if heard[id]?.revision != claim.revision {
            if heard.count >= Self.heardLimit { heard = [:] }
            heard[id] = Heard(revision: claim.revision)
        }
        heard[id]?.times[statement, default: 0] += 1
        return heard[id]?.times[statement] ?? 1
    }

    /// Forgets a response that is delivered or parked.
    package mutating func forget(_ verdict: Verdict) {
        switch verdict.outcome {
        case .delivered, .park: heard[verdict.id] = nil
        case .retry, .ambiguous: break
        }
    }
}
