package import NPSModel

/// The result of one ``ResponseQueue/accept(_:quarantining:resolving:)``; everything in it is on disk.
package struct Intake: Sendable, Hashable {
    /// One for each submission, in their order.
    package let outcomes: [Acceptance]
    /// One for each draft that is in quarantine, in their order; a repetition gets the id of the first.
    package let quarantined: [QuarantineID]
    /// One for each draft for which there is no room: it is not stored, so its sender has to send it again.
    package let refusals: [QuarantineRefusal]
    /// Edits that give another address to a response that Planhat may have. It is unknown whether the record there
    /// moves to the other contact, so an operator should check.
    package let readdressed: [ResponseID]

    package init(
        outcomes: [Acceptance],
        quarantined: [QuarantineID] = [],
        refusals: [QuarantineRefusal] = [],
        readdressed: [ResponseID] = []
    ) {
        self.outcomes = outcomes
        self.quarantined = quarantined
        self.refusals = refusals
        self.readdressed = readdressed
    }
}

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
///
/// The raw values are labels of a metric.
package enum UnchangedReason: String, Sendable, Hashable, CaseIterable {
    /// The response says this already; whether a bot was flagged makes no difference.
    case sameContent
    /// The response was erased and is never taken again.
    case erased
    /// The sender's version of the content, or without one its arrival, is older than that of the present content.
    case olderVersion
    /// The response said this before, and it is a late repetition: of a known delivery, or of the same update.
    case replacedBefore
    /// It may be a bot's, and there is other content already.
    case heldBehindAnswer
    /// The form it was sent with was printed before the present answer came in.
    case formOlderThanAnswer
}
