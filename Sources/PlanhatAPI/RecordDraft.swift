package import Foundation
package import NPSModel

/// What to write. Only what is set is sent, never a null.
package struct RecordDraft: Sendable, Hashable {
    package var email: String?
    package var score: Int?
    package var comment: String?
    package var sourceId: String?
    package var campaignId: String?
    /// The company, as the NPS resource calls it: `cId`.
    package var companyId: String?
    package var dateAnswered: Date?
    package var dateSent: Date?
    package var source: String?
    package var custom: [String: JSONValue] = [:]

    package init() {}

    /// The full state of a response. `dateAnswered` is always sent: Planhat's default is the time of its receipt.
    package init(_ response: SurveyResponse) {
        email = response.email.address
        score = response.score.value
        comment = response.comment
        sourceId = response.id.rawValue
        campaignId = response.campaignID
        companyId = response.companyID
        dateAnswered = response.answeredAt
        dateSent = response.sentAt
        source = response.source
        custom = response.custom
    }

    package var json: JSONValue {
        var members: [String: JSONValue] = [:]
        members["email"] = email.map(JSONValue.string)
        members["score"] = score.map { .integer(Int64($0)) }
        members["comment"] = comment.map(JSONValue.string)
        members["sourceId"] = sourceId.map(JSONValue.string)
        members["campaignId"] = campaignId.map(JSONValue.string)
        members["cId"] = companyId.map(JSONValue.string)
        members["dateAnswered"] = dateAnswered.map { .string(Timestamp.format($0)) }
        members["dateSent"] = dateSent.map { .string(Timestamp.format($0)) }
        members["source"] = source.map(JSONValue.string)
        if !custom.isEmpty { members["custom"] = .object(custom) }
        return .object(members)
    }
}
