import Foundation
import GRDB
import NPSModel

extension ResponseQueue {
    /// Of delivered responses, the last accepted first. Page by passing the last receipt's sequence as `before`.
    package func receipts(before: Int64?, limit: Int) async throws(QueueError) -> [Receipt] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        return try await transact { transaction in try transaction.receipts(before: before ?? .max, limit: limit) }
    }
}

extension QueueTransaction {
    fileprivate func receipts(before: Int64, limit: Int) throws -> [Receipt] {
        try rows(
            """
            SELECT sequence, id, delivered_at, planhat_id, content_digest
            FROM responses INDEXED BY responses_by_state
            WHERE state = 'delivered' AND sequence < ? ORDER BY sequence DESC LIMIT ?
            """,
            [before, limit]
        ).map { row in
            guard let id = ResponseID(rawValue: row[1]) else { throw QueueError.damaged("a row has no valid id") }
            return Receipt(
                sequence: row[0],
                id: id,
                deliveredAt: (row[2] as Milliseconds).date,
                planhatId: row[3],
                contentDigest: row[4]
            )
        }
    }
}
