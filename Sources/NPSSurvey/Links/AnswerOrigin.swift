package import Foundation
import NPSModel

/// Whether an answer may be a mail scanner's, which opens a link, fills the form in and sends it.
package enum Suspicion: Sendable, Hashable {
    case none
    /// Flagged, and held for some seconds so that the person can answer first.
    case mechanical(grace: TimeInterval)
    /// A person's, after one that was delivered with the flag.
    case dispelled

    /// How long an answer that looks mechanical waits for the person's own, in seconds.
    package static let grace: TimeInterval = 1_800

    /// The custom property `suspect` of the record; nil = not sent.
    private var flag: Bool? {
        switch self {
        case .none: nil
        case .mechanical: true
        case .dispelled: false
        }
    }

    /// The answer with these members of a draft, flagged and held as the suspicion wants it.
    func submission(of members: [String: JSONValue], receivedAt: Date) throws(InvalidResponse) -> Submission {
        var members = members
        if let flag { members["custom"] = .object(["suspect": .bool(flag)]) }
        let submission = try ResponseDraft(.object(members)).check(source: "survey", receivedAt: receivedAt)
        guard case .mechanical(let grace) = self else { return submission }
        return Submission(
            submission.response,
            answeredAtIsGiven: false,
            heldUntil: receivedAt.addingTimeInterval(grace)
        )
    }
}
