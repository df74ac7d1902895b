package import Foundation
package import NPSModel

/// What is kept of a delivered response: that Planhat has it, and how to check whether its record still says the same.
package struct Receipt: Sendable, Hashable, Codable {
    package let sequence: Int64
    package let id: ResponseID
    package let deliveredAt: Date
    package let planhatId: String?
    /// Whether a keyed `ContentDigest` of what was delivered is kept, for ``ResponseQueue/delivered(_:as:)``. False
    /// when a version without it delivered, or when the answer left the comment at Planhat as it was.
    package let isComparable: Bool

    package init(sequence: Int64, id: ResponseID, deliveredAt: Date, planhatId: String?, isComparable: Bool) {
        self.sequence = sequence
        self.id = id
        self.deliveredAt = deliveredAt
        self.planhatId = planhatId
        self.isComparable = isComparable
    }
}

extension ResponseQueue {
    /// The receipts of delivered responses, the last accepted first. At most ``QueueFilter/maximum``.
    ///
    /// - Parameter before: the sequence number of the last receipt of the previous page; nil for the first page.
    package func receipts(before: Int64?, limit: Int) async throws(QueueError) -> [Receipt] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        var receipts: [Receipt] = []
        while receipts.count < limit {
            let (last, wanted) = (receipts.last?.sequence ?? before ?? .max, min(limit - receipts.count, Self.slice))
            let part = try await readSlice { transaction in
                try transaction.rows.load(.delivered(before: last, limit: wanted))
            }
            receipts += part.map(Receipt.init)
            if part.count < wanted { break }
        }
        return receipts
    }

    /// Whether content with this `ContentDigest` was delivered. Compared here, because the key never leaves the file.
    /// False for an unknown id, and for what isn't delivered.
    package func delivered(_ id: ResponseID, as contentDigest: String) async throws(QueueError) -> Bool {
        let stored = try await read { transaction in try transaction.rows.load(id) }
        return stored?.contentDigest == personKey.keyed(contentDigest)
    }
}

extension Receipt {
    fileprivate init(_ stored: StoredResponse) {
        self.init(
            sequence: stored.sequence,
            id: stored.id,
            deliveredAt: (stored.lifecycle.deliveredAt ?? stored.acceptedAt).date,
            planhatId: stored.lifecycle.planhatID,
            isComparable: stored.contentDigest != nil
        )
    }
}
