import NPSModel
package import NPSQueue
package import PlanhatAPI

/// What comparing a receipt with Planhat shows.
package enum VerificationResult: String, Sendable, Hashable, Codable {
    case matching
    /// Planhat has no record with the response's id.
    case missing
    /// The record says something else than what was delivered.
    case differing
    /// It is there, or may be; whether it says the same can't be told.
    case unknown
}

extension VerificationResult {
    /// Only what the API gives back as it was sent is compared; the digest covers it (``ContentDigest``).
    package init(_ receipt: Receipt, comparedWith record: NPSRecord) {
        // Get may answer with the contact's view, and then with another of the contact's records.
        guard record.sourceId == receipt.id.rawValue, let delivered = receipt.contentDigest else {
            self = .unknown
            return
        }
        guard let email = record.email, let score = record.score, let answeredAt = record.dateAnswered else {
            self = .differing
            return
        }
        let found = ContentDigest.text(
            id: receipt.id,
            email: email,
            score: score,
            comment: record.comment,
            answeredAt: answeredAt
        )
        self = found == delivered ? .matching : .differing
    }
}
