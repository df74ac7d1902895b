package import NPSModel

/// The end of one claim. Repeating a verdict does nothing.
package struct Verdict: Sendable, Hashable {
    package let id: ResponseID
    /// ``Claim/revision``.
    package let revision: Int
    package let outcome: Outcome

    package init(id: ResponseID, revision: Int, outcome: Outcome) {
        self.id = id
        self.revision = revision
        self.outcome = outcome
    }
}
