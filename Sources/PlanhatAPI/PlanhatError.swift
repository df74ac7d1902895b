package import Foundation

/// A request that didn't certainly succeed, sorted by what may be done next. Texts contain no address, comment or token.
package enum PlanhatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Refused here, before anything was sent.
    case invalidRequest(String)
    /// Certainly not applied, because nothing of it left, or because it only reads: try again.
    case notSent(String)
    /// 429. The seconds to wait; nil when the answer doesn't say.
    case rateLimited(retryAfter: TimeInterval?)
    /// 503 that says when to come back. In seconds.
    case unavailable(retryAfter: TimeInterval)
    /// Perhaps applied: a timeout, a reset, 408, 425, 5xx, a 2xx that can't be read.
    case ambiguous(String)
    /// Refused for what is in the request: it will never be accepted as it is.
    case rejected(status: Int, String)
    /// There is no record with this id.
    case notFound
    /// Refused for who sends it or where to: nothing is accepted until a person fixes that. The status is nil when no
    /// answer came.
    case refused(Refusal, String, status: Int? = nil)

    /// What a request ends with whose ``SendPermit`` had ended.
    package static let heldBack = PlanhatError.notSent("another collector may forward by now")

    /// What ``refused(_:_:status:)`` says of ``Refusal/permission``.
    package static let denied =
        "The token's account may not do this with NPS records: check its permissions at Planhat."

    package enum Refusal: String, Sendable, Equatable {
        case token
        case permission
        case redirect
        case tls
        case notTheAPI
        /// A 2xx with a web page.
        case foreignPage
    }

    /// Whether bytes of the request may have left. Then it may have been applied, whatever the answer says: a proxy in
    /// between may have passed it on and answered in Planhat's place, as Varnish does with its own 503.
    package var mayHaveBeenSent: Bool {
        switch self {
        case .invalidRequest, .notSent, .refused(.tls, _, _): false
        case .rateLimited, .unavailable, .ambiguous, .rejected, .notFound, .refused: true
        }
    }

    /// Of the answer; nil when none came, and where a status alone doesn't tell.
    package var status: Int? {
        switch self {
        case .rateLimited: 429
        case .unavailable: 503
        case .rejected(let status, _): status
        case .notFound: 404
        case .refused(_, _, let status): status
        case .invalidRequest, .notSent, .ambiguous: nil
        }
    }

    /// What may be done next.
    package enum Disposition: Sendable, Equatable {
        case retry
        case rateLimited(TimeInterval?)
        case ambiguous
        case rejected
        case paused
        case invalid
    }

    package var disposition: Disposition {
        switch self {
        case .invalidRequest: .invalid
        case .notSent: .retry
        case .rateLimited(let seconds): .rateLimited(seconds)
        case .unavailable(let seconds): .rateLimited(seconds)
        case .ambiguous: .ambiguous
        case .rejected, .notFound: .rejected
        case .refused: .paused
        }
    }

    package var description: String {
        switch self {
        case .invalidRequest(let what): what
        case .notSent(let why): "The request to Planhat failed: \(why). Nothing was applied; try again."
        case .rateLimited(let seconds):
            "Planhat asks for a pause" + (seconds.map { " of \(Int($0.rounded(.up))) s" } ?? "") + " (429)."
        case .unavailable(let seconds): "Planhat is unavailable for \(Int(seconds.rounded(.up))) s (503)."
        case .ambiguous(let why): "It is unknown whether Planhat applied it: \(why)."
        case .rejected(let status, let why): "Planhat refused it with status \(status): \(why)"
        case .notFound: "Planhat has no record with this id."
        case .refused(_, let sentence, _): sentence
        }
    }
}
