import Crypto
package import Foundation

/// One person's answer to one survey, checked: what the queue keeps and Planhat gets.
package struct SurveyResponse: Sendable, Hashable {
    package let id: ResponseID
    /// The door it came through: `survey` for the form, otherwise the webhook source's name.
    package let source: String
    package let email: EmailAddress
    package let score: Score
    /// Nil when the person wrote nothing; never empty, at most 10,000 characters.
    package private(set) var comment: String?
    /// The person left the comment of an earlier answer as it is, whatever it says; then ``comment`` is nil.
    package private(set) var keepsComment: Bool
    /// When the person answered, in whole milliseconds.
    package let answeredAt: Date
    package let sentAt: Date?
    package let campaignID: String?
    package let companyID: String?
    /// Custom properties by the names they have at Planhat.
    package private(set) var custom: [String: JSONValue]

    package init(
        id: ResponseID,
        source: String,
        email: EmailAddress,
        score: Score,
        comment: String? = nil,
        keepsComment: Bool = false,
        answeredAt: Date,
        sentAt: Date? = nil,
        campaignID: String? = nil,
        companyID: String? = nil,
        custom: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.source = source
        self.email = email
        self.score = score
        self.comment = comment
        self.keepsComment = keepsComment && comment == nil
        self.answeredAt = Timestamp.rounded(answeredAt)
        self.sentAt = sentAt.map(Timestamp.rounded)
        self.campaignID = campaignID
        self.companyID = companyID
        self.custom = custom
    }
}

extension SurveyResponse {
    /// The same answer, which leaves the comment as it was before; one that brings a comment of its own is unchanged.
    package func keepingComment() -> SurveyResponse {
        var response = self
        response.keepsComment = comment == nil
        return response
    }

    /// The answer with the comment that it left as it was, now that it is known; nil = there was none.
    package func resolvingComment(_ kept: String?) -> SurveyResponse {
        guard keepsComment else { return self }
        var response = self
        response.comment = kept
        response.keepsComment = false
        return response
    }

    /// The same answer with the custom property that says at Planhat whether a bot may have given it.
    package func markedSuspect(_ isSuspect: Bool) -> SurveyResponse {
        var response = self
        response.custom["suspect"] = .bool(isSuspect)
        return response
    }
}

extension SurveyResponse {
    /// The response as one JSON object, in the names of the mapping output plus `source` and `responseId`.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "responseId": .string(id.rawValue),
            "source": .string(source),
            "email": .string(email.address),
            "score": .integer(Int64(score.value)),
            "answeredAt": .string(Timestamp.format(answeredAt)),
        ]
        members["comment"] = comment.map(JSONValue.string)
        members["sentAt"] = sentAt.map { .string(Timestamp.format($0)) }
        members["campaignId"] = campaignID.map(JSONValue.string)
        members["companyId"] = companyID.map(JSONValue.string)
        if !custom.isEmpty { members["custom"] = .object(custom) }
        return .object(members)
    }

    /// SHA-256 over everything the person and the tool said. Two deliveries of one response with equal digests are
    /// the same answer; another digest under the same id is an edit.
    ///
    /// `answeredAt` counts only when `answeredAtIsGiven`: without a date of its own a response gets the time of its
    /// arrival, which differs with each delivery of the very same answer. To leave a comment as it was is another answer
    /// than to have none.
    package func digest(answeredAtIsGiven: Bool) -> String {
        guard case .object(var members) = json else { return "" }
        if !answeredAtIsGiven { members["answeredAt"] = nil }
        if keepsComment { members["comment"] = .null }
        return Hexadecimal.encode(SHA256.hash(data: JSONValue.object(members).canonical))
    }
}
