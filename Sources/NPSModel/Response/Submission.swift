package import Foundation

/// A checked response on its way into the queue, with the digest by which a repetition is told from an edit.
package struct Submission: Sendable, Hashable {
    package let response: SurveyResponse
    /// ``SurveyResponse/digest(answeredAtIsGiven:)`` of what was received.
    package let digest: String
    /// When the answer got this content, as the tool says: what is older than what is known came late and is dropped.
    /// Nil when the tool doesn't say; then the last one to arrive counts.
    package let version: Date?
    /// Not to be delivered before, because it may not be a person's: until then a person's own answer under the same
    /// id takes its place, and later it never takes the place of one. Nil for all others.
    package let heldUntil: Date?
    /// The sender's own id of the delivery, if its signature covers it: the same on each try, another one when the
    /// same content is said anew. Nil for all others.
    package var deliveryID: String?

    /// - Parameters:
    ///   - answeredAtIsGiven: false when the answer's time is only the time of its arrival.
    ///   - heldUntil: nil unless a person may have to answer first.
    ///   - updatedAt: nil when the tool tells no other time than the answer's.
    package init(
        _ response: SurveyResponse,
        answeredAtIsGiven: Bool = true,
        updatedAt: Date? = nil,
        heldUntil: Date? = nil
    ) {
        self.response = response
        digest = response.digest(answeredAtIsGiven: answeredAtIsGiven)
        self.heldUntil = heldUntil
        version = updatedAt ?? (answeredAtIsGiven ? response.answeredAt : nil)
    }
}
