import Crypto
package import Foundation

/// # NPSModel
///
/// The values that the other modules pass to each other and the rules they obey: an address, a score, a response and
/// its permanent id. Nothing in this module does input or output. ``ResponseDraft`` turns unchecked input into a
/// response.
///
/// A response is one person's answer to one survey, checked: what the queue stores and what Planhat receives.
package struct SurveyResponse: Sendable, Hashable {
    package private(set) var id: ResponseID
    /// How it came in, as people may read it: `survey` for the form, otherwise the label of the webhook source, which is its
    /// name unless that is a secret.
    package let source: String
    package let email: EmailAddress
    package let score: Score
    /// Nil when the person wrote nothing; never empty, at most 10,000 characters.
    package private(set) var comment: String?
    /// The person changed an earlier answer and left its comment alone, so that comment stays; ``comment`` is nil then.
    package private(set) var keepsComment: Bool
    /// When the person answered, in whole milliseconds.
    package let answeredAt: Date
    package let sentAt: Date?
    package let campaignID: String?
    package let companyID: String?
    /// Custom properties by the names they have at Planhat.
    package private(set) var custom: [String: JSONValue]
    /// What of the received response was cut or left out: for the people who look after the collector, no part of what the
    /// person said.
    package var notes: [FieldProblem] = []
    /// The survey of `surveys.directory` that was answered; nil for the settings' own, and for what a tool sent. For
    /// statistics, and no part of what the person said either.
    package var survey: String?

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
    /// The same response, set to keep the comment of the earlier answer; unchanged if it has a comment of its own.
    package func keepingComment() -> SurveyResponse {
        var response = self
        response.keepsComment = comment == nil
        return response
    }

    /// The same response with the comment that it keeps filled in; unchanged unless ``keepsComment`` is set.
    ///
    /// - Parameter kept: the earlier answer's comment; nil when it had none.
    package func resolvingComment(_ kept: String?) -> SurveyResponse {
        guard keepsComment else { return self }
        var response = self
        response.comment = kept
        response.keepsComment = false
        return response
    }

    /// The same answer under another id.
    package func identified(as id: ResponseID) -> SurveyResponse {
        var response = self
        response.id = id
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
    /// The response as one JSON object, with the field names of ``ResponseDraft`` plus `source` and `responseId`.
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

    /// SHA-256 in hex over all fields, as the person and the tool gave them. A response that arrives again with an
    /// equal digest is a repetition; another digest under the same id is an edit.
    ///
    /// Keeping an earlier comment and having no comment give different digests.
    ///
    /// - Parameter answeredAtIsGiven: false when ``answeredAt`` is only the time of arrival, which differs each time
    ///   the same answer arrives; it is left out of the digest then.
    /// - Parameter sourceName: the source's name, where ``source`` is another label; nil where they are the same. It keeps
    ///   the digest what it was when the name was stored.
    package func digest(answeredAtIsGiven: Bool, sourceName: String? = nil) -> String {
        var writer = JSONWriter(capacity: 512)
        // In the order in which ``JSONValue/canonical`` has the members of ``json``: digests made of that are stored.
        writer.beginObject()
        if answeredAtIsGiven { writer.member("answeredAt", Timestamp.format(answeredAt)) }
        writer.member("campaignId", campaignID)
        if keepsComment { writer.member("comment", .null) } else { writer.member("comment", comment) }
        writer.member("companyId", companyID)
        if !custom.isEmpty { writer.member("custom", .object(custom)) }
        writer.member("email", email.address)
        writer.member("responseId", id.rawValue)
        writer.member("score", .integer(Int64(score.value)))
        writer.member("sentAt", sentAt.map(Timestamp.format))
        writer.member("source", sourceName ?? source)
        writer.endObject()
        return Hexadecimal.encode(SHA256.hash(data: writer.bytes))
    }
}

/// A digest of a response's content, which stays when the content itself is deleted after delivery: it shows whether
/// Planhat's record still says the same, and can't be read back.
///
/// It covers only what the API returns as it was sent: address, score, comment and the time of the answer. Upper and
/// lower case in the address and white space around the comment make no difference, nor does an empty comment instead
/// of none.
package enum ContentDigest {
    /// SHA-256 in hex over these fields. The id is part of it, so that equal answers of two people differ.
    package static func text(id: ResponseID, email: String, score: Int, comment: String?, answeredAt: Date) -> String {
        let parts = [
            id.rawValue, email.lowercased(), String(score), Timestamp.format(answeredAt), normalized(comment ?? ""),
        ]
        return Hexadecimal.encode(SHA256.hash(data: Array(parts.joined(separator: "\u{0}").utf8)))
    }

    private static func normalized(_ comment: String) -> String {
        let hasReturns = comment.utf8.contains(UInt8(ascii: "\r"))
        return (hasReturns ? comment.replacing("\r\n", with: "\n") : comment).trimmed
    }
}

extension SurveyResponse {
    /// The ``ContentDigest`` that Planhat's record has after delivery; nil when an earlier comment is kept, because its
    /// text is not known here.
    package var contentDigest: String? {
        guard !keepsComment else { return nil }
        return ContentDigest.text(
            id: id,
            email: email.address,
            score: score.value,
            comment: comment,
            answeredAt: answeredAt
        )
    }
}
