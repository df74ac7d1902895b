/// What became of one submission.
package enum Acceptance: Sendable, Hashable {
    /// A new response.
    case accepted
    /// A known response with other content, or one whose content turned out to be a person's: the newest wins.
    case updated
    /// Nothing was written, for this reason.
    case unchanged(UnchangedReason)
}

/// Why a submission changed nothing.
package enum UnchangedReason: Sendable, Hashable, CaseIterable {
    /// The response says this already; whether a bot was flagged makes no difference.
    case sameContent
    /// The response was erased and is never taken again.
    case erased
    /// The sender's version of the content, or without one its arrival, is older than that of the present content.
    case olderVersion
    /// The response said this before, and nothing tells that the sender means it anew.
    case replacedBefore
    /// It may be a bot's, and there is other content already.
    case heldBehindAnswer
    /// The form it was sent with was printed before the present answer came in.
    case formOlderThanAnswer
}
