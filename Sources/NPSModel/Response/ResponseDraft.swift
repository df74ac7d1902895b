import Crypto
package import Foundation

/// Unchecked input with the fields of a mapping's output: `id`, `email`, `score`, `comment`, `answeredAt`, `sentAt`,
/// `updatedAt`, `campaignId`, `companyId`, `custom`.
/// ``check(source:label:deliveryID:receivedAt:dates:refusesFlaws:)`` turns it into a response or says what is wrong.
package struct ResponseDraft: Sendable, Hashable {
    /// The largest values that are accepted, in characters (`comment`) and UTF-8 bytes (the others).
    package enum Limit {
        package static let comment = 10_000
        package static let identifier = 512
        package static let custom = 16_384
    }

    package let json: JSONValue

    package init(_ json: JSONValue) {
        self.json = json
    }

    /// Checks every field. A field that is neither address nor score never holds up the score: it is cut or left out, and
    /// ``SurveyResponse/notes`` say so. The error lists all problems at once, in the order of the fields above.
    ///
    /// - Parameters:
    ///   - source: where the draft comes from; part of the ``ResponseID``.
    ///   - label: what is stored and sent as the response's source; nil for `source` itself. The name of a source may be a
    ///     secret.
    ///   - deliveryID: the id that the source signed for the delivery of this draft alone; used when `id` is missing. Nil
    ///     where there is none: then a digest of the other fields is used.
    ///   - receivedAt: used when `answeredAt` is missing.
    ///   - dates: how the source writes dates.
    ///   - refusesFlaws: whether any problem is an error, because the person who can fix it is still there.
    package func check(
        source: String,
        label: String? = nil,
        deliveryID: String? = nil,
        receivedAt: Date,
        dates: DateFormats = DateFormats(),
        refusesFlaws: Bool = false
    ) throws(InvalidResponse) -> Submission {
        guard case .object(let members) = json else {
            throw InvalidResponse([FieldProblem(field: "response", message: "must be a JSON object")])
        }
        let fields = DraftFields(members)
        var reader = DraftReader(fields, dates: dates)
        let providerID = reader.identifier(fields.id, "id")
        let email = reader.email()
        let score = reader.score()
        let comment = reader.comment()
        let answeredAt = reader.date(fields.answeredAt, "answeredAt", notAfter: receivedAt)
        let sentAt = reader.date(fields.sentAt, "sentAt", notAfter: nil)
        let updatedAt = reader.date(fields.updatedAt, "updatedAt", notAfter: receivedAt)
        let campaignID = reader.reference(fields.campaignID, "campaignId", .campaign)
        let companyID = reader.reference(fields.companyID, "companyId", .company)
        let custom = reader.custom()
        reader.noteUnknownFields()
        guard let email, let score, reader.problems.isEmpty || !refusesFlaws else {
            throw InvalidResponse(reader.problems)
        }
        let ownID = providerID ?? deliveryID.map { "delivery:" + $0 }
        var response = SurveyResponse(
            id: ResponseID(source: source, providerID: ownID ?? contentID),
            source: label ?? source,
            email: email,
            score: score,
            comment: comment,
            answeredAt: answeredAt ?? receivedAt,
            sentAt: sentAt,
            campaignID: campaignID,
            companyID: companyID,
            custom: custom
        )
        response.notes = reader.notes
        return Submission(
            response,
            sourceName: source,
            answeredAtIsGiven: answeredAt != nil,
            updatedAt: updatedAt,
            hasContentID: ownID == nil
        )
    }

    /// Used when nothing else tells: a digest of all other fields, so that a repeated delivery is the same response. The
    /// queue keys it before it stores anything.
    private var contentID: String {
        "digest:" + Hexadecimal.encode(SHA256.hash(data: json.canonical))
    }
}

/// The forms of id that Planhat accepts for a campaign or a company. They are checked on arrival: Planhat would refuse
/// the response only later, when its sender can no longer correct it.
package enum PlanhatReference {
    case campaign
    case company

    /// True for an objectId (24 hex digits), and for a company also for `extid-` with its external id
    /// (https://support.planhat.com/en/articles/4530269-excel-import-templates).
    package func admits(_ text: String) -> Bool {
        if text.utf8.count == 24, text.utf8.allSatisfy(\.isHexDigit) { return true }
        return self == .company && text.hasPrefix("extid-") && text.utf8.count > 6
    }

    /// The message for an id that isn't admitted; completes the sentence that begins with the field's name.
    package var rule: String {
        switch self {
        case .campaign: "must be the id of a campaign at Planhat: 24 hex digits"
        case .company: "must be the id of a company at Planhat: 24 hex digits, or extid- and its external id"
        }
    }
}
