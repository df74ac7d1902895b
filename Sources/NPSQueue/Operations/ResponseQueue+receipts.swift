extension ResponseQueue {
    /// Of delivered responses, the last accepted first. Page by passing the last receipt's sequence as `before`.
    package func receipts(before: Int64?, limit: Int) async throws(QueueError) -> [Receipt] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        return try await transact { transaction in try transaction.receipts(before: before ?? .max, limit: limit) }
    }
}
