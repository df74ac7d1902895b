package import Foundation
package import NPSModel

/// What stays of a delivered response: that Planhat has it, and how to tell whether it still says the same.
package struct Receipt: Sendable, Hashable, Codable {
    package let sequence: Int64
    package let id: ResponseID
    package let deliveredAt: Date
    package let planhatId: String?
    /// ``ContentDigest`` of what was delivered; nil for what came before receipts had one.
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
    /// Of delivered responses, the last accepted first. Page by passing the last receipt's sequence as `before`.
    package func receipts(before: Int64?, limit: Int) async throws(QueueError) -> [Receipt] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        return try await transact { transaction in try transaction.receipts(before: before ?? .max, limit: limit) }
    }
}
