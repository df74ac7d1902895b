import Foundation
import NPSModel

/// What the person said, as the row's `payload` keeps it until delivery.
///
/// Readable for every later version: fields may be added, none may change its meaning.
struct StoredContent: Sendable, Codable {
    let email: String
    let score: Int
    let comment: String?
    let answeredAt: Milliseconds
    let sentAt: Milliseconds?
    let campaignId: String?
    let companyId: String?
    let custom: [String: JSONValue]?

    init(_ response: SurveyResponse) {
        email = response.email.address
        score = response.score.value
        comment = response.comment
        answeredAt = Milliseconds(response.answeredAt)
        sentAt = response.sentAt.map { Milliseconds($0) }
        campaignId = response.campaignID
        companyId = response.companyID
        custom = response.custom.isEmpty ? nil : response.custom
    }

    /// Nil when the text isn't a payload that this version can read.
    init?(json: String) {
        guard let content = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = content
    }

    func json() throws(QueueError) -> String {
        do {
            return String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        } catch {
            // Only a custom property that is no JSON number (NaN, infinity) gets here, and no JSON text contains one.
            throw .damaged("a response has a custom property that can't be written as JSON")
        }
    }

    /// Nil when a value no longer passes the rules of NPSModel.
    func response(id: ResponseID, source: String) -> SurveyResponse? {
        guard let email = try? EmailAddress(email), let score = Score(score) else { return nil }
        return SurveyResponse(
            id: id,
            source: source,
            email: email,
            score: score,
            comment: comment,
            answeredAt: answeredAt.date,
            sentAt: sentAt?.date,
            campaignID: campaignId,
            companyID: companyId,
            custom: custom ?? [:]
        )
    }
}
