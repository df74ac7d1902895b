package import Foundation
package import NPSModel

/// A response handed out for one attempt at delivery. It stays `sending` until its ``Verdict`` or its release.
package struct Claim: Sendable, Hashable {
    package let response: SurveyResponse
    /// Grows with every edit; goes back in the ``Verdict``, so that the result of an older revision can't settle newer
    /// content.
    package let revision: Int
    /// Attempts made before this one with the present content, as far as they count.
    package let attempts: Int
    /// True when Planhat may know this response already (an edit, an ambiguous attempt), or may get it from another
    /// collector: send by upsert, never by POST.
    package let mustUpsert: Bool
    /// The trace of the request that the present content came with; nil where nobody traces it.
    package var trace: TraceContext?
    /// Under which it was claimed; nil where nobody else has the database.
    var term: Int64?

    package init(response: SurveyResponse, revision: Int, attempts: Int, mustUpsert: Bool) {
        self.response = response
        self.revision = revision
        self.attempts = attempts
        self.mustUpsert = mustUpsert
    }

    /// How this attempt ended, for ``ResponseQueue/settle(_:)``.
    package func settled(as outcome: Outcome) -> Verdict {
        var verdict = Verdict(id: response.id, revision: revision, outcome: outcome)
        if case .delivered = outcome { verdict.contentDigest = response.contentDigest }
        return verdict
    }
}

/// Which of the due responses are handed out first.
package enum ClaimOrder: Sendable, Hashable {
    /// The longest due.
    case oldest
    /// Those that no request has carried yet, the newest first; then the longest due. Looks at the last thousand that
    /// are open.
    case newest
}

/// The end of one claim. Repeating a verdict does nothing.
package struct Verdict: Sendable, Hashable {
    package let id: ResponseID
    /// ``Claim/revision``.
    package let revision: Int
    package let outcome: Outcome
    /// `SurveyResponse/contentDigest` of what was delivered. Nil where it isn't known; the queue computes it then.
    var contentDigest: String?

    package init(id: ResponseID, revision: Int, outcome: Outcome) {
        self.id = id
        self.revision = revision
        self.outcome = outcome
    }
}

/// How one attempt ended. Reasons are stored and shown to people: they contain no address, comment or token.
package enum Outcome: Sendable, Hashable {
    /// Planhat has it. Its id there, when the API told it.
    case delivered(planhatID: String?)
    /// Certainly not applied. `countsAttempt` is false when it was not the response's fault (rate limit, wrong token).
    case retry(at: Date, reason: String, countsAttempt: Bool)
    /// May have been applied: the next attempt has to be an upsert. `countsAttempt` as for a retry.
    case ambiguous(retryAt: Date, reason: String, countsAttempt: Bool = true)
    /// Refused for good. `mayHaveArrived` when an earlier request may have left it at Planhat all the same.
    case park(reason: String, mayHaveArrived: Bool = false)
}

/// What a settled claim leaves in the response's history.
package struct Attempt: Sendable, Hashable, Codable {
    /// The kind of ``Outcome``, by the name that the database and the JSON of `queue show` have for it.
    package enum Result: String, Sendable, Hashable, Codable {
        case delivered
        case retry
        case ambiguous
        case parked

        init(_ outcome: Outcome) {
            self =
                switch outcome {
                case .delivered: .delivered
                case .retry: .retry
                case .ambiguous: .ambiguous
                case .park: .parked
                }
        }
    }

    package let at: Date
    package let outcome: Result
    package let reason: String?
}

extension Claim {
    /// Nil when this version can't read the stored content. Decoding is the caller's task: on the queue's one writing
    /// thread it would keep every acceptance waiting.
    ///
    /// - Parameters:
    ///   - createsAreSafe: whether nobody else can be sending it.
    ///   - term: ``term``
    init?(_ stored: StoredResponse, createsAreSafe: Bool, term: Int64? = nil) {
        guard let response = stored.content?.response(id: stored.id, source: stored.source) else { return nil }
        self.init(
            response: response,
            revision: stored.lifecycle.revision,
            attempts: stored.lifecycle.attempts,
            mustUpsert: stored.lifecycle.mustUpsert || !createsAreSafe
        )
        self.term = term
        trace = StoredNotes.trace(in: stored.notes)
    }
}
