import Crypto
import Foundation
package import NPSModel

/// An authentic webhook delivery that can't be accepted as it is, to be kept for an operator.
package struct QuarantineDraft: Sendable, Hashable {
    package let source: String
    /// The sender's id for this delivery, if it has one.
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

    /// Within one source, drafts with equal keys are the same delivery. The body is always part of the key: not every
    /// scheme signs the id, and another body under a known id must not be lost as a repetition.
    var key: String {
        let digest = "sha256:" + Hexadecimal.encode(SHA256.hash(data: body))
        return deliveryID.map { "id:\($0) \(digest)" } ?? digest
    }
}

/// A draft, encoded by the caller's task before it reaches the queue's thread.
struct IncomingQuarantine: Sendable {
    let draft: QuarantineDraft
    let key: String
    /// See ``PersonKey/tombstone(ofPayload:)``.
    let tombstone: String
    let problems: String
    /// How much of the byte limit it takes: an empty delivery costs a row too.
    let size: Int

    init(_ draft: QuarantineDraft, _ personKey: PersonKey) throws(QueueError) {
        self.draft = draft
        key = draft.key
        tombstone = personKey.tombstone(ofPayload: key)
        do {
            problems = String(decoding: try JSONEncoder().encode(draft.problems), as: UTF8.self)
        } catch {
            // Can't happen: a problem is two strings.
            throw .damaged("the problems of a delivery can't be written as JSON")
        }
        size = Self.rowSize + draft.body.count + problems.utf8.count
    }

    static let rowSize = 256
}
