/// Where a response stands on its way to Planhat. The page States of the documentation has a picture of what follows
/// what; `ResponseLifecycle` has the rules.
package enum ResponseState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waits for its next attempt.
    case pending
    /// Claimed by the worker; a request may be under way.
    case sending
    /// At Planhat. Only the receipt is kept: ids, digest and times.
    case delivered
    /// Refused for a reason that an operator has to look at; waits for `queue retry` or an edit.
    case parked
    /// Deleted on request or because of its age; the id stays, so that a late repetition can't bring the answer back.
    case erased
}

/// Whether a bot may have given an answer, and whether Planhat may still show that flag.
enum BotFlag: Int, Sendable, Hashable {
    case none = 0
    /// The present content may be a bot's: it was held for a while, so that the person could answer first.
    case current = 1
    /// A person answered after flagged content may have been sent: until the new answer arrives, Planhat has the flag.
    case earlier = 2
}

/// What Planhat may still have of an erased response.
enum RemoteTrace: Sendable, Hashable {
    /// A request was under way when it was erased; its verdict tells more.
    case sending
    /// Perhaps a record, which can be deleted from this time on: earlier, a request under way could bring it back.
    case record(from: Milliseconds)

    /// From when the record can be deleted; nil while that isn't known.
    var date: Milliseconds? {
        switch self {
        case .sending: nil
        case .record(let date): date
        }
    }
}
