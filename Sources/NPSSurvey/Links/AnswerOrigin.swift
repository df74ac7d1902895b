package import Foundation
import NPSModel

/// Who gave an answer: a person, or maybe a mail scanner, which opens a link, fills the form in and sends it.
package enum AnswerOrigin: Sendable, Hashable {
    case person
    /// Flagged, and held for some seconds so that the person can answer first.
    case mechanical(grace: TimeInterval)
    /// A person's, after one that may have been delivered with the flag.
    case personAfterMachine

    /// How long an answer that looks mechanical waits for the person's own, in seconds.
    package static let grace: TimeInterval = 1_800

    /// The custom property `suspect` of the record; nil = not sent.
    private var flag: Bool? {
        switch self {
        case .person: nil
        case .mechanical: true
        case .personAfterMachine: false
        }
    }

    /// The answer with these members of a draft, flagged and held as its origin wants it.
    ///
    /// - Parameter keepsComment: without a comment of its own, the one given before stays.
    func submission(
        of members: [String: JSONValue],
        keepsComment: Bool,
        receivedAt: Date
    ) throws(InvalidResponse) -> Submission {
        var members = members
        if let flag { members["custom"] = .object(["suspect": .bool(flag)]) }
        let submission = try ResponseDraft(.object(members)).check(source: "survey", receivedAt: receivedAt)
        let response = keepsComment ? submission.response.keepingComment() : submission.response
        guard case .mechanical(let grace) = self else { return Submission(response, answeredAtIsGiven: false) }
        return Submission(response, answeredAtIsGiven: false, heldUntil: receivedAt.addingTimeInterval(grace))
    }
}
