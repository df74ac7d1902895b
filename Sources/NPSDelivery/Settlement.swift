import Foundation
package import NPSModel
package import NPSQueue

/// What the queue has to be told about claims. Repeating it is harmless.
package struct Settlement: Sendable, Hashable {
    package var verdicts: [Verdict] = []
    /// Certainly not sent, and to go again as if they had not been claimed.
    package var releases: [ResponseID] = []

    package init(verdicts: [Verdict] = [], releases: [ResponseID] = []) {
        self.verdicts = verdicts
        self.releases = releases
    }

    package var isEmpty: Bool { verdicts.isEmpty && releases.isEmpty }

    mutating func settle(_ claim: Claim, _ outcome: Outcome) {
        verdicts.append(Verdict(id: claim.response.id, revision: claim.revision, outcome: outcome))
    }

    /// Keeps the doubt whether an earlier request delivered it, for a later try and for its erasure.
    mutating func park(_ claim: Claim, of batch: Batch, _ reason: String) {
        settle(claim, .park(reason: reason, mayHaveArrived: batch.mayHaveArrived))
    }

    /// Gives back what wasn't sent, without an attempt counted; what an earlier request may have delivered keeps that
    /// doubt.
    mutating func giveBack(_ batch: Batch, retryAt: Date, reason: String) {
        if batch.mayHaveArrived {
            markAmbiguous(batch, retryAt: retryAt, reason: reason)
        } else {
            releases += batch.claims.map(\.response.id)
        }
    }

    /// It may have arrived, and that this isn't known is no response's fault.
    mutating func markAmbiguous(_ batch: Batch, retryAt: Date, reason: String) {
        for claim in batch.claims {
            settle(claim, .ambiguous(retryAt: retryAt, reason: reason, countsAttempt: false))
        }
    }
}
