import Foundation
import NPSModel

/// A person's answer as the column `payload` holds it until delivery: JSON with dates in milliseconds since 1970.
///
/// Every later version must be able to read it: add fields, but never change the meaning of one.
struct StoredContent: Sendable {
    let email: String
    let score: Int
    let comment: String?
    /// See `SurveyResponse/keepsComment`.
    let keepsComment: Bool
    let answeredAt: Milliseconds
    let sentAt: Milliseconds?
    let campaignId: String?
    let companyId: String?
    let custom: [String: JSONValue]?

    init(_ response: SurveyResponse) {
        email = response.email.address
        score = response.score.value
        comment = response.comment
        keepsComment = response.keepsComment
        answeredAt = Milliseconds(response.answeredAt)
        sentAt = response.sentAt.map { Milliseconds($0) }
        campaignId = response.campaignID
        companyId = response.companyID
        custom = response.custom.isEmpty ? nil : response.custom
    }

    /// Nil when this version can't read the text.
    init?(json: String) {
        guard
            let value = try? JSONValue(parsing: Array(json.utf8)),
            let email = value["email"]?.string,
            let score = value["score"]?.integer.flatMap(Int.init(exactly:)),
            let answeredAt = value["answeredAt"]?.integer
        else { return nil }
        self.email = email
        self.score = score
        self.answeredAt = Milliseconds(rawValue: answeredAt)
        comment = value["comment"]?.string
        keepsComment = value["keepsComment"] == .bool(true)
        sentAt = value["sentAt"]?.integer.map(Milliseconds.init(rawValue:))
        campaignId = value["campaignId"]?.string
        companyId = value["companyId"]?.string
        if case .object(let properties)? = value["custom"] { custom = properties } else { custom = nil }
    }

    /// Members in the order of their names.
    var json: String {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("answeredAt", .integer(answeredAt.rawValue))
        writer.member("campaignId", campaignId)
        writer.member("comment", comment)
        writer.member("companyId", companyId)
        if let custom { writer.member("custom", .object(custom)) }
        writer.member("email", email)
        if keepsComment { writer.member("keepsComment", .bool(true)) }
        writer.member("score", .integer(Int64(score)))
        if let sentAt { writer.member("sentAt", .integer(sentAt.rawValue)) }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Nil when the address or the score isn't valid for this version.
    func response(id: ResponseID, source: String) -> SurveyResponse? {
        guard let email = try? EmailAddress(email), let score = Score(score) else { return nil }
        return SurveyResponse(
            id: id,
            source: source,
            email: email,
            score: score,
            comment: comment,
            keepsComment: keepsComment,
            answeredAt: answeredAt.date,
            sentAt: sentAt?.date,
            campaignID: campaignId,
            companyID: companyId,
            custom: custom ?? [:]
        )
    }
}
