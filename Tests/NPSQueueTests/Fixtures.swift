import Foundation
import NPSModel
import NPSQueue
import Testing

/// A submission that depends on its arguments only: the same number is the same response.
func submission(
    _ number: Int,
    score: Int = 9,
    comment: String? = nil,
    source: String = "test",
    email: String? = nil,
    updatedAt: Date? = nil,
    heldUntil: Date? = nil,
    formPrintedAt: Date? = nil
) throws -> Submission {
    Submission(
        SurveyResponse(
            id: ResponseID(source: source, providerID: "\(number)"),
            source: source,
            email: try EmailAddress(email ?? "person\(number)@example.com"),
            score: try #require(Score(score)),
            comment: comment,
            answeredAt: Date(timeIntervalSince1970: 1_699_999_999.5)
        ),
        updatedAt: updatedAt,
        heldUntil: heldUntil,
        formPrintedAt: formPrintedAt
    )
}

func draft(_ text: String, deliveryID: String? = nil, source: String = "acme") -> QuarantineDraft {
    QuarantineDraft(
        source: source,
        deliveryID: deliveryID,
        contentType: "application/json",
        body: Array(text.utf8),
        problems: [FieldProblem(field: "score", message: "must be a whole number from 0 to 10")]
    )
}

extension Claim {
    func verdict(_ outcome: Outcome) -> Verdict {
        Verdict(id: response.id, revision: revision, outcome: outcome)
    }
}

/// Claims what is due and settles it as delivered.
func deliverAll(_ queue: ResponseQueue) async throws {
    let claims = try await queue.claim(limit: 1_000)
    try await queue.settle(claims.map { $0.verdict(.delivered(planhatID: nil)) })
}
