package import NPSModel

/// A response handed out for one attempt at delivery; answered by one ``Verdict`` or by a release.
package struct Claim: Sendable, Hashable {
    package let response: SurveyResponse
    /// Grows with every edit; goes back in the ``Verdict``, so that an old answer can't settle newer content.
    package let revision: Int
    /// Attempts made before this one with the present content.
    package let attempts: Int
    /// True when Planhat may know this response already (an edit, an ambiguous attempt): send by upsert, never by POST.
    package let mustUpsert: Bool

    package init(response: SurveyResponse, revision: Int, attempts: Int, mustUpsert: Bool) {
        self.response = response
        self.revision = revision
        self.attempts = attempts
        self.mustUpsert = mustUpsert
    }
}
