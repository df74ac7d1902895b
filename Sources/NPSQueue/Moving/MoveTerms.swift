import Foundation

/// What becomes of a response that is moved.
struct MoveTerms: Sendable {
    let now: Milliseconds
    /// When those are due that were being sent: until then the request may still be at work.
    let due: Date
    /// Whether everything that waits has to be sent by upsert from now on, because several collectors shared the source.
    let upsertsAll: Bool

    /// The response as the target gets it; the same for one that the target has already.
    ///
    /// What was being sent may have arrived, and nobody will tell any more.
    func moved(_ response: StoredResponse) -> StoredResponse {
        var new = response
        let outcome = Outcome.ambiguous(
            retryAt: due,
            reason: "ambiguous: the collector stopped while sending",
            countsAttempt: false
        )
        let attempt = new.lifecycle.settle(outcome, revision: response.lifecycle.revision, at: now)
        if let attempt { new.history.add(attempt, isDelivered: false) }
        if upsertsAll, new.lifecycle.state == .pending { new.lifecycle.mustUpsert = true }
        return new
    }
}
