/// Where a response stands on its way to Planhat.
///
///     pending ⇄ sending → delivered
///        ↑         ↓
///        └────── parked            erased: from everywhere, for good
package enum ResponseState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waits for its next attempt.
    case pending
    /// Claimed by the worker; a request may be under way.
    case sending
    /// At Planhat. Only the receipt is kept: ids, digest and times.
    case delivered
    /// Refused for a reason that a person has to look at; waits for `queue retry` or an edit.
    case parked
    /// Removed on somebody's request; the id stays, so that a late repetition can't bring the answer back.
    case erased
}
