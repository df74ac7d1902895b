package import Foundation
package import NPSModel

/// What is kept of a delivered response: that Planhat has it, and how to check whether its record still says the same.
package struct Receipt: Sendable, Hashable, Codable {
    package let sequence: Int64
    package let id: ResponseID
    package let deliveredAt: Date
    package let planhatId: String?
    /// `ContentDigest` of what was delivered; nil when a version without it delivered, or when the answer left the
    /// comment at Planhat as it was.
    package let contentDigest: String?

    package init(sequence: Int64, id: ResponseID, deliveredAt: Date, planhatId: String?, contentDigest: String?) {
        self.sequence = sequence
        self.id = id
        self.deliveredAt = deliveredAt
        self.planhatId = planhatId
        self.contentDigest = contentDigest
    }
}

extension ResponseQueue {
    /// The receipts of delivered responses, the last accepted first. At most ``QueueFilter/maximum``.
    ///
    /// - Parameter before: the sequence number of the last receipt of the previous page; nil for the first page.
    package func receipts(before: Int64?, limit: Int) async throws(QueueError) -> [Receipt] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        return try await transact { transaction in try transaction.receipts(before: before ?? .max, limit: limit) }
    }
}
