extension ResponseQueue {
    /// Without bodies, oldest first; page with the last entry's id as `after`. At most ``QueueFilter/maximum``.
    package func quarantine(limit: Int = 100, after: Int64? = nil) async throws(QueueError) -> [QuarantineEntry] {
        try await transact { transaction in try transaction.quarantine(limit: limit, after: after) }
    }

    /// With its body; nil for an unknown id.
    package func quarantineEntry(_ id: QuarantineID) async throws(QueueError) -> QuarantineEntry? {
        try await transact { transaction in try transaction.quarantineEntry(id) }
    }

    /// Removes entries for good. Gives how many there were.
    package func discard(_ ids: [QuarantineID]) async throws(QueueError) -> Int {
        try await transact { transaction in
            var count = 0
            for id in ids where try transaction.discard(id) { count += 1 }
            return count
        }
    }
}
