package import Foundation
package import NPSModel

extension ResponseQueue {
    /// Entries a transaction removes at most, and the bytes after which it takes no more: overwriting them is work that
    /// acceptance waits behind.
    private static let removals = (entries: 100, bytes: 4 << 20)

    /// Without bodies, oldest first; page with the last entry's id as `after`. At most ``QueueFilter/maximum``.
    package func quarantine(limit: Int = 100, after: Int64? = nil) async throws(QueueError) -> [QuarantineEntry] {
        try await transact { transaction in try transaction.quarantine(limit: limit, after: after) }
    }

    /// With its body; nil for an unknown id.
    package func quarantineEntry(_ id: QuarantineID) async throws(QueueError) -> QuarantineEntry? {
        try await transact { transaction in try transaction.quarantineEntry(id) }
    }

    /// Removes entries for good. Gives how many there were. On return nothing of them is left in the database or its
    /// log; when that can't be emptied, this throws although they are gone, and it is emptied as soon as it can be.
    package func discard(_ ids: [QuarantineID]) async throws(QueueError) -> Int {
        try await remove(ids) { transaction, id in try transaction.discard(id) }
    }

    private func remove(
        _ ids: [QuarantineID],
        _ removal: @escaping @Sendable (inout QueueTransaction, QuarantineID) throws -> Bool
    ) async throws(QueueError) -> Int {
        var count = 0
        // A body may be as large as a whole transaction of small ones.
        for start in stride(from: 0, to: ids.count, by: 10) {
            let part = ids[start..<min(start + 10, ids.count)]
            count += try await transact { transaction in
                var count = 0
                for id in part where try removal(&transaction, id) { count += 1 }
                return count
            }
        }
        if count > 0 { try await truncateLog() }
        return count
    }

    /// Removes the entries whose payload contains the address, in any of the ways that ``AddressSearch`` knows, until
    /// `limit` is over: as many may be kept as take a while to read. On return nothing of them is left in the database
    /// or its log, and a sender's next try of the same doesn't bring it back.
    ///
    /// - Parameter after: the last entry that an earlier call has looked at.
    /// - Returns: how many there were, and the last entry that was looked at if there are more; nil when none are left.
    package func eraseQuarantined(
        _ address: EmailAddress,
        after: QuarantineID? = nil,
        within limit: Duration
    ) async throws(QueueError) -> (count: Int, next: QuarantineID?) {
        let begin = ContinuousClock.now
        let search = AddressSearch(for: address)
        var last = after?.rawValue ?? 0
        var found: [QuarantineID] = []
        var isComplete = false
        while !isComplete {
            let start = last
            let page = try await transact { transaction in
                try transaction.bodies(after: start, limit: Self.removals.entries, byteLimit: Self.removals.bytes)
            }
            for entry in page where search.finds(in: entry.body) { found.append(entry.id) }
            isComplete = page.isEmpty
            last = page.last?.id.rawValue ?? last
            if ContinuousClock.now - begin >= limit { break }
        }
        let count = try await remove(found) { transaction, id in try transaction.erase(id) }
        return (count, isComplete ? nil : QuarantineID(rawValue: last))
    }

    /// Removes the entries that first came before `date`, a few in each transaction. Gives how many there were. On
    /// return nothing of them is left in the database or its log.
    package func expireQuarantine(before date: Date) async throws(QueueError) -> Int {
        let limit = Milliseconds(date)
        var count = 0
        while true {
            let part = try await transact { transaction in
                try transaction.expire(
                    before: limit,
                    limit: Self.removals.entries,
                    byteLimit: Self.removals.bytes
                )
            }
            guard part > 0 else { break }
            count += part
        }
        if count > 0 { try await truncateLog() }
        return count
    }
}
