package import Foundation
package import NPSModel

extension LinkClaims {
    /// The answer's permanent name.
    package var responseID: ResponseID {
        ResponseID(source: "survey", providerID: providerID)
    }
}

extension FormValues {
    /// The response that the form makes when it came through a link, or every problem with it.
    ///
    /// The link says who answers: an address in the form has no effect. The same answer again changes nothing, another
    /// one is an edit, and the last to arrive counts.
    ///
    /// - Parameters:
    ///   - survey: which was asked; nil for that of the settings.
    ///   - origin: whether a person sent it.
    ///   - formPrintedAt: nil where the form doesn't prove it.
    package func check(
        answering claims: LinkClaims,
        in survey: Survey? = nil,
        receivedAt: Date,
        origin: AnswerOrigin = .person,
        formPrintedAt: Date? = nil
    ) throws(InvalidResponse) -> Submission {
        var members: [String: JSONValue] = [
            "id": .string(claims.providerID),
            "email": .string(claims.email.address),
            "score": .string(score),
            "comment": .string(comment),
        ]
        // Whoever tries a link before the mail goes out answers before the question was sent.
        if let issuedAt = claims.issuedAt, issuedAt <= receivedAt {
            members["sentAt"] = .string(Timestamp.format(issuedAt))
        }
        members["campaignId"] = claims.campaignID.map(JSONValue.string)
        members["companyId"] = claims.companyID.map(JSONValue.string)
        if !claims.custom.isEmpty { members["custom"] = .object(claims.custom) }
        survey?.complete(&members)
        // The link's own name also when the survey is deleted, and that of the settings was shown in its place. What can be no
        // survey's name, whoever minted it, may be anything, and counts outlast every erasure.
        return try origin.submission(
            of: members,
            to: claims.survey.flatMap { Survey.isName($0) ? $0 : nil },
            keepsComment: keepsComment,
            formPrintedAt: formPrintedAt,
            receivedAt: receivedAt
        )
    }
}
