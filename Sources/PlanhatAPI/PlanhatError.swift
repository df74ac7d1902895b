package import Foundation

/// What came of a request that brought no usable answer, sorted by what may be done next.
package enum PlanhatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Refused here, before anything was sent.
    case invalidRequest(String)
    /// Certainly not applied: try again. `isAnswered` when something was reached and said so.
    case notSent(String, isAnswered: Bool = false)
    /// 429. Seconds to wait when the answer said so.
    case rateLimited(retryAfter: TimeInterval?)
    /// 503, not applied, with the seconds until it is worth coming back.
    case unavailable(retryAfter: TimeInterval)
    /// Perhaps applied.
    case ambiguous(String)
    /// This item will never be taken as it is.
    case rejected(status: Int, String)
    case notFound
    /// Nothing will be taken until a person changes something.
    case refused(Refusal, String)

    package enum Refusal: String, Sendable, Equatable {
        case token
        case permission
        case redirect
        case tls
        case notTheAPI
        /// A success that comes as a web page.
        case foreignPage

        /// Whether it may come from something in between that had passed the request on, and changed the answer.
        package var mayHaveBeenApplied: Bool {
            switch self {
            case .redirect, .foreignPage: true
            case .token, .permission, .tls, .notTheAPI: false
            }
        }
    }

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
        case .notSent(let why, _): "Planhat gave no answer that counts: \(why). Nothing was applied; try again."
        case .rateLimited(let seconds):
            "Planhat asks for a pause" + (seconds.map { " of \(Int($0.rounded(.up))) s" } ?? "") + " (429)."
        case .unavailable(let seconds): "Planhat is closed for \(Int(seconds.rounded(.up))) s (503)."
        case .ambiguous(let why): "Planhat's answer leaves open whether it was applied: \(why)."
        case .rejected(let status, let why): "Planhat refused it with status \(status): \(why)"
        case .notFound: "Planhat has no record with this id."
        case .refused(_, let sentence): sentence
        }
    }
}
