package import Foundation
package import NPSModel

/// How one request ended, in the terms that decide what comes next. Texts hold no address, comment or token.
package enum SendResult: Sendable, Hashable {
    /// A create was answered; nil when the answer shows no id, and so proves nothing. `isLinked` is false when the
    /// record has neither contact nor company.
    case created(planhatID: String?, isLinked: Bool = true)
    case upserted(BulkReport)
    /// Certainly not applied: not reachable, or answered with 408, 425 or 503.
    case notSent(String, isAnswered: Bool = false)
    /// 429; nil when the answer doesn't say when to come back.
    case rateLimited(retryAfter: TimeInterval?)
    /// 503 that says when to come back.
    case unavailable(retryAfter: TimeInterval)
    /// May have been applied: timeout, reset, 500, 502, 504, a 2xx that can't be read.
    case ambiguous(String)
    /// Refused for what is in it, as a whole and for good.
    case rejected(String)
    /// 409: there is such a thing already, or something else is in the way.
    case conflict(String)
    /// 413: too large as a whole.
    case tooLarge(String)
    /// Refused for who we are or where we knock: no response can be delivered until a person mends it.
    case refused(String)
    /// The same, but by something that may have passed the request on.
    case refusedAmbiguously(String)
    /// Permission is lacking for all that was sent. Like a refusal, unless others got through just before.
    case denied(String)
}

/// What the answer to a bulk upsert says about each response.
package struct BulkReport: Sendable, Hashable {
    /// In the keys of inserts or updates, with Planhat's id where it is told.
    package var proven: [ResponseID: Proof] = [:]
    /// In an error entry that names the response and no other.
    package var problems: [ResponseID: String] = [:]
    /// `created + updated + nonupdates`
    package var counted = 0
    /// Error entries that name no response, or several.
    package var strayErrors: [String] = []
    /// Whether the status was a 2xx. Only then leaving a response out without a word means that it was ignored.
    package var isSuccess = true

    package struct Proof: Sendable, Hashable {
        package let planhatID: String?

        package init(planhatID: String? = nil) {
            self.planhatID = planhatID
        }
    }

    package init(
        proven: [ResponseID: Proof] = [:],
        problems: [ResponseID: String] = [:],
        counted: Int = 0,
        strayErrors: [String] = []
    ) {
        self.proven = proven
        self.problems = problems
        self.counted = counted
        self.strayErrors = strayErrors
    }
}
