/// The answer to one ``ResponseQueue/accept(_:quarantining:resolving:)``; everything in it is on disk.
package struct Intake: Sendable, Hashable {
    /// One for each submission, in their order.
    package let outcomes: [Acceptance]
    /// One for each quarantined draft, in their order; a repetition gets the id of the first.
    package let quarantined: [QuarantineID]

    package init(outcomes: [Acceptance], quarantined: [QuarantineID] = []) {
        self.outcomes = outcomes
        self.quarantined = quarantined
    }
}
