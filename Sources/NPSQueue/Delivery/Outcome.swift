package import Foundation

/// How one attempt ended. Reasons are shown to people and kept: no address, comment or token belongs into them.
package enum Outcome: Sendable, Hashable {
    /// Planhat has it. Its id there, when the answer told it.
    case delivered(planhatID: String?)
    /// Certainly not applied. `countsAttempt` is false when it was not the response's fault (rate limit, wrong token).
    case retry(at: Date, reason: String, countsAttempt: Bool)
    /// May have been applied: the next attempt has to be an upsert. `countsAttempt` as for a retry.
    case ambiguous(retryAt: Date, reason: String, countsAttempt: Bool = true)
    /// Refused for good. `mayHaveArrived` when an earlier request may have left it at Planhat all the same.
    case park(reason: String, mayHaveArrived: Bool = false)
}
