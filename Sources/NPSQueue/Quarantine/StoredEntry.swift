import Foundation
import NPSModel

/// An entry as it is stored, without its body. Its problems are still text: the caller's task decodes them, not the
/// queue's thread.
struct StoredEntry: Sendable {
    let id: Int64
    let source: String
    let deliveryID: String?
    let contentType: String?
    let receivedAt: Milliseconds
    let lastSeenAt: Milliseconds
    let timesSeen: Int
    let problems: String
    let bodySize: Int

    func entry(body: Data? = nil) throws(QueueError) -> QuarantineEntry {
        guard let problems = try? JSONDecoder().decode([FieldProblem].self, from: Data(problems.utf8)) else {
            throw .damaged("the problems of a quarantined payload can't be read")
        }
        return QuarantineEntry(
            id: QuarantineID(rawValue: id),
            source: source,
            deliveryID: deliveryID,
            contentType: contentType,
            receivedAt: receivedAt.date,
            lastSeenAt: lastSeenAt.date,
            timesSeen: timesSeen,
            problems: problems,
            bodySize: bodySize,
            body: body
        )
    }
}

/// What must be known about an entry to remove it.
struct MeasuredEntry: Sendable {
    let id: QuarantineID
    let source: String
    let receivedAt: Milliseconds
    let size: Int
}

/// A stored body, to be searched for an address.
struct QuarantinedBody: Sendable {
    let id: QuarantineID
    let body: Data
    /// Whether it is sealed still: see ``RowStore/leavingUnopened``.
    var isUnopened = false
}
