/// A checked response on its way into the queue, with the digest by which a repetition is told from an edit.
package struct Submission: Sendable, Hashable {
    package let response: SurveyResponse
    /// ``SurveyResponse/digest(answeredAtIsGiven:)`` of what was received.
    package let digest: String

    /// - Parameter answeredAtIsGiven: false when the answer's time is only the time of its arrival.
    package init(_ response: SurveyResponse, answeredAtIsGiven: Bool = true) {
        self.response = response
        self.digest = response.digest(answeredAtIsGiven: answeredAtIsGiven)
    }
}
