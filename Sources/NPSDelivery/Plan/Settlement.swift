package import Foundation
package import NPSModel
package import NPSQueue

/// What the queue has to be told about claims. Repeating it is harmless.
package struct Settlement: Sendable, Hashable {
    package private(set) var verdicts: [Verdict]
    /// Certainly not sent: pending again, as if they had not been claimed.
    package private(set) var releases: [ResponseID]
    /// Parked, perhaps by a verdict beside this, and pending again: it wasn't their fault.
    package private(set) var takenBack: [TakenBack] = []

    package struct TakenBack: Sendable, Hashable {
        package let ids: [ResponseID]
        package let due: Date
    }

    package init(verdicts: [Verdict] = [], releases: [ResponseID] = []) {
        self.verdicts = verdicts
        self.releases = releases
    }

    package var isEmpty: Bool { verdicts.isEmpty && releases.isEmpty && takenBack.isEmpty }

    package mutating func add(_ verdicts: [Verdict]) {
        self.verdicts += verdicts
    }

    package mutating func takeBack(_ ids: [ResponseID], due: Date) {
        if !ids.isEmpty { takenBack.append(TakenBack(ids: ids, due: due)) }
    }

    package mutating func settle(_ claim: Claim, _ outcome: Outcome) {
        verdicts.append(claim.settled(as: outcome))
    }

    /// Gives back a batch that wasn't sent, without an attempt counted. What an earlier request may have delivered
    /// stays ambiguous.
    package mutating func release(_ batch: Batch, retryAt: Date, reason: String) {
        if batch.mayHaveArrived {
            markAmbiguous(batch, retryAt: retryAt, reason: reason)
        } else {
            releases += batch.ids
        }
    }

    /// Gives back a batch that was sent and certainly not applied, without an attempt counted. It is due again later
    /// than what was released, so the next request carries others, in case the API fails at one of these.
    package mutating func postpone(_ batch: Batch, retryAt: Date, reason: String) {
        if batch.mayHaveArrived {
            markAmbiguous(batch, retryAt: retryAt, reason: reason)
        } else {
            for claim in batch.claims { settle(claim, .retry(at: retryAt, reason: reason, countsAttempt: false)) }
        }
    }

    /// It may have arrived. No attempt is counted, because that isn't the responses' fault.
    package mutating func markAmbiguous(_ batch: Batch, retryAt: Date, reason: String) {
        for claim in batch.claims {
            settle(claim, .ambiguous(retryAt: retryAt, reason: reason, countsAttempt: false))
        }
    }
}
