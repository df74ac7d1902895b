package import Foundation
package import NPSModel

extension LinkClaims {
    /// The provider's id of the answer, which never changes: made of the `jti`, the address and the survey, if one is
    /// named. Two people whose links were made with the same `jti` don't share an answer.
    ///
    /// Ids of the open form begin with 32 hex digits, which its sender can choose. No link's answer has such an id, so
    /// none can be overwritten from the open form.
    package var providerID: String {
        let own = "\(id)/\(FormValues.mark(of: email.address))"
        return survey.map { "\($0.utf8.count)/\($0)/\(own)" } ?? "link:" + own
    }

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
    ///   - origin: whether a person sent it.
    ///   - formPrintedAt: nil where the form doesn't prove it.
    package func check(
        answering claims: LinkClaims,
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
        members["sentAt"] = claims.issuedAt.map { .string(Timestamp.format($0)) }
        members["campaignId"] = claims.campaignID.map(JSONValue.string)
        members["companyId"] = claims.companyID.map(JSONValue.string)
        return try origin.submission(
            of: members,
            keepsComment: keepsComment,
            formPrintedAt: formPrintedAt,
            receivedAt: receivedAt
        )
    }
}
