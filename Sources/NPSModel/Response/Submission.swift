package import Foundation

/// A checked response on its way into the queue, with the digest by which a repetition is told from an edit.
package struct Submission: Sendable, Hashable {
    package let response: SurveyResponse
    /// `SurveyResponse.digest` of what was received.
    package let digest: String
    /// When the tool changed the content last: content older than what is known is dropped. Nil when it doesn't say.
    package let updatedAt: Date?
    /// When the person answered, as the tool says; compared where no update is stated. Nil when it doesn't say either;
    /// then the last one to arrive counts.
    package let answeredAt: Date?
    /// Set for what may be a bot's: delivered no earlier, so that the person can answer in its place, and flagged for
    /// Planhat. It never replaces other content. Nil for all others.
    package let heldUntil: Date?
    /// When the form was printed that it was sent with: it replaces no answer that came in later. Nil where nothing says
    /// when, and for what came from a tool.
    package var formPrintedAt: Date?
    /// Whether the response's id is a digest of its content, because neither the content nor the delivery has one.
    package let hasContentID: Bool
    /// The sender's own id of the delivery, if its signature covers it: the same on each try, another one when the
    /// same content is sent as a new delivery. Nil for all others.
    package var deliveryID: String?
    /// The trace that its request belongs to; nil where nobody traces it.
    package var trace: TraceContext?

    /// - Parameters:
    ///   - sourceName: the source's name, where the response has another label for it; nil where they are the same.
    ///   - answeredAtIsGiven: false when the answer's time is only the time of its arrival.
    ///   - updatedAt: nil when the tool tells no other time than the answer's.
    ///   - hasContentID: true when the response's id is a digest of its content.
    ///   - heldUntil: nil unless a bot may have sent it.
    ///   - formPrintedAt: nil unless it was sent with a form whose printing time is known.
    package init(
        _ response: SurveyResponse,
        sourceName: String? = nil,
        answeredAtIsGiven: Bool = true,
        updatedAt: Date? = nil,
        hasContentID: Bool = false,
        heldUntil: Date? = nil,
        formPrintedAt: Date? = nil
    ) {
        self.response = response
        digest = response.digest(answeredAtIsGiven: answeredAtIsGiven, sourceName: sourceName)
        self.hasContentID = hasContentID
        self.heldUntil = heldUntil
        self.formPrintedAt = formPrintedAt
        self.updatedAt = updatedAt
        answeredAt = answeredAtIsGiven ? response.answeredAt : nil
    }
}
