import Crypto
package import Foundation

/// What is left of a response's content when Planhat has it: enough to see that a record still says the same, and
/// nothing that could be read.
///
/// It covers only what the API gives back as it was sent: address, score, comment and the time of the answer. Letters'
/// case in an address and white space around a comment don't count; no comment and an empty one are the same.
package enum ContentDigest {
    /// SHA-256 in hex over the four and the id, so that equal answers of two people have different digests.
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
    /// ``ContentDigest`` of what Planhat is to have; nil where its comment stays, as nobody here knows that.
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
