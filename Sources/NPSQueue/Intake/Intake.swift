package import NPSModel

/// The answer to one ``ResponseQueue/accept(_:quarantining:resolving:)``; everything in it is on disk.
package struct Intake: Sendable, Hashable {
    /// One for each submission, in their order.
    package let outcomes: [Acceptance]
    /// One for each quarantined draft, in their order; a repetition gets the id of the first.
    package let quarantined: [QuarantineID]
    /// Edits that give another address to a response that Planhat may have. Whether the record moves to the other
    /// contact there is unknown, so somebody should look.
    package let readdressed: [ResponseID]

    package init(outcomes: [Acceptance], quarantined: [QuarantineID] = [], readdressed: [ResponseID] = []) {
        self.outcomes = outcomes
        self.quarantined = quarantined
        self.readdressed = readdressed
    }
}
