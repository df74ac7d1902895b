package import Foundation
import NPSModel
package import NPSQueue
package import PlanhatAPI

/// Decides the outcome of single responses: what becomes of each after a bulk upsert, after a refusal that is about it,
/// after an answer that proves nothing.
///
/// The plan decides about whole batches and about delivery as such: send again in halves, wait, pause.
package struct OutcomeRules: Sendable {
    /// More than Planhat ever leaves out at a time. A limit is needed because those that are erased meanwhile are
    /// never settled.
    private static let ignoredLimit = 100_000

    private let configuration: DeliveryPlan.Configuration
    /// The revision that Planhat left out once, by response. Lost at a restart, which costs one more request.
    private var ignoredOnce: [ResponseID: Int] = [:]

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
    package func ambiguous(_ claim: Claim, isOnlyFailure: Bool, _ reason: String, at now: Date) -> Outcome {
        if claim.attempts >= configuration.attemptLimit, isOnlyFailure {
            return .park(reason: "never a clear answer, while others arrive: " + reason, mayHaveArrived: true)
        }
        let wait = claim.attempts < configuration.promptAttempts ? configuration.grace : configuration.seldom
        return .ambiguous(retryAt: now.addingTimeInterval(max(wait, configuration.grace)), reason: reason)
    }

    /// Planhat refused this response for what it is: parked.
    ///
    /// - Parameter isDuplicate: the refusal says that the record exists. It may be the one that an earlier request of
    ///   ours made, so an upsert of this response alone has to tell.
    package func refused(
        _ claim: Claim,
        of batch: Batch,
        _ reason: String,
        isDuplicate: Bool = false,
        at now: Date
    ) -> Outcome {
        if isDuplicate || Self.speaksOfDuplicate(reason), claim.attempts < 3 {
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
        if ignoredOnce[claim.response.id] == claim.revision {
            return .park(
                reason: "ignored by Planhat (unknown contact or domain?)",
                mayHaveArrived: batch.mayHaveArrived
            )
        }
        if ignoredOnce.count >= Self.ignoredLimit { ignoredOnce = [:] }
        ignoredOnce[claim.response.id] = claim.revision
        return .ambiguous(
            retryAt: now.addingTimeInterval(configuration.grace),
            reason: "Planhat counted no record for it"
        )
    }

    /// Permission is lacking for this response alone: the rest of its batch got through. Believed at the third time,
    /// because the account's permission may have been withdrawn in between.
    package func denied(_ claim: Claim, _ sentence: String, at now: Date) -> Outcome {
        claim.attempts < 2
            ? .ambiguous(retryAt: now.addingTimeInterval(configuration.grace), reason: sentence)
            : .park(reason: sentence, mayHaveArrived: true)
    }

    /// Forgets a response that is delivered or parked.
    package mutating func forget(_ verdict: Verdict) {
        switch verdict.outcome {
        case .delivered, .park: ignoredOnce[verdict.id] = nil
        case .retry, .ambiguous: break
        }
    }
}
