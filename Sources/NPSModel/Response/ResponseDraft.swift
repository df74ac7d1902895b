import Crypto
package import Foundation

/// Unchecked input, in the names of the mapping output: `id`, `email`, `score`, `comment`, `answeredAt`, `sentAt`,
/// `updatedAt`, `campaignId`, `companyId`, `custom`. ``check(source:receivedAt:)`` turns it into a response or says what is wrong.
package struct ResponseDraft: Sendable, Hashable {
    /// The limits of what is kept, in characters (`comment`) and UTF-8 bytes (the rest).
    package enum Limit {
        package static let comment = 10_000
        package static let identifier = 512
        package static let custom = 16_384
    }

    package let json: JSONValue

    package init(_ json: JSONValue) {
        self.json = json
    }

    /// All problems at once, in the order of the fields above.
    ///
    /// - Parameters:
    ///   - source: the door's name; part of the ``ResponseID``.
    ///   - receivedAt: stands in for a missing `answeredAt`.
    ///   - dates: how the door's dates are written.
    package func check(
        source: String,
        receivedAt: Date,
        dates: DateForms = DateForms()
    ) throws(InvalidResponse) -> Submission {
        guard case .object(let members) = json else {
            throw InvalidResponse([FieldProblem(field: "response", message: "must be a JSON object")])
        }
        var reader = DraftReader(members: members, dates: dates)
        let providerID = reader.identifier("id")
        let email = reader.email()
        let score = reader.score()
        let comment = reader.comment()
        let answeredAt = reader.date("answeredAt", notAfter: receivedAt)
        let sentAt = reader.date("sentAt", notAfter: nil)
        let updatedAt = reader.date("updatedAt", notAfter: receivedAt)
        let campaignID = reader.reference("campaignId", .campaign)
        let companyID = reader.reference("companyId", .company)
        let custom = reader.custom()
        reader.refuseUnknownFields()
        guard reader.problems.isEmpty, let email, let score else { throw InvalidResponse(reader.problems) }
        let response = SurveyResponse(
            id: ResponseID(source: source, providerID: providerID ?? contentID),
            source: source,
            email: email,
            score: score,
            comment: comment,
            answeredAt: answeredAt ?? receivedAt,
            sentAt: sentAt,
            campaignID: campaignID,
            companyID: companyID,
            custom: custom
        )
        return Submission(response, answeredAtIsGiven: answeredAt != nil, updatedAt: updatedAt)
    }

    /// Stands in for a missing `id`: a digest of the rest, so that the same delivery twice is one response.
    private var contentID: String {
        "digest:" + Hexadecimal.encode(SHA256.hash(data: json.canonical))
    }
}
