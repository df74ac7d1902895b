package import Foundation
import NPSModel

/// Who gave an answer, as ``BotCheck`` sees it.
package enum AnswerOrigin: Sendable, Hashable {
    case person
    /// Maybe a bot such as a mail scanner: the answer is flagged and held, so that the person can answer first.
    case bot

    /// How long an answer that may be a bot's waits for the person's own, in seconds.
    package static let grace: TimeInterval = 1_800

    /// The answer with these members of a draft, held where it may be a bot's.
    ///
    /// - Parameters:
    ///   - survey: the name of the one that was answered; nil for that of the settings.
    ///   - keepsComment: without a comment of its own, the one given before stays.
    ///   - formPrintedAt: see `Submission/formPrintedAt`.
    func submission(
        of members: [String: JSONValue],
        to survey: String?,
        keepsComment: Bool,
        formPrintedAt: Date? = nil,
        receivedAt: Date
    ) throws(InvalidResponse) -> Submission {
        let draft = ResponseDraft(.object(members))
        var response = try draft.check(source: "survey", receivedAt: receivedAt, refusesFlaws: true).response
        response.survey = survey
        return Submission(
            keepsComment ? response.keepingComment() : response,
            answeredAtIsGiven: false,
            heldUntil: self == .bot ? receivedAt.addingTimeInterval(Self.grace) : nil,
            formPrintedAt: formPrintedAt
        )
    }
}
