import Crypto
import Foundation
package import NPSModel

/// An authentic delivery that can't be accepted as it is, kept for a person to look at.
package struct QuarantineDraft: Sendable, Hashable {
    package let source: String
    /// The sender's name for this delivery, when it has one.
    package let deliveryID: String?
    package let contentType: String?
    package let body: [UInt8]
    package let problems: [FieldProblem]

    package init(
        source: String,
        deliveryID: String?,
        contentType: String?,
        body: [UInt8],
        problems: [FieldProblem]
    ) {
        self.source = source
        self.deliveryID = deliveryID
        self.contentType = contentType
        self.body = body
        self.problems = problems
    }

    /// Within one source, equal keys are the same delivery. The body is always part of it: not every scheme signs the id,
    /// and another body under the same one must not be taken for kept.
    var key: String {
        let digest = "sha256:" + Hexadecimal.encode(SHA256.hash(data: body))
        return deliveryID.map { "id:\($0) \(digest)" } ?? digest
    }
}

/// A draft, encoded by its own task before it reaches the dispatch queue.
struct IncomingQuarantine: Sendable {
    let draft: QuarantineDraft
    let key: String
    let problems: String

    init(_ draft: QuarantineDraft) throws(QueueError) {
        self.draft = draft
        key = draft.key
        do {
            problems = String(decoding: try JSONEncoder().encode(draft.problems), as: UTF8.self)
        } catch {
            // Two strings a problem: they always encode.
            throw .damaged("the problems of a delivery can't be written as JSON")
        }
    }

    /// What it takes of the byte limit. An empty delivery costs a row too.
    var size: Int { 256 + draft.body.count + problems.utf8.count }
}
