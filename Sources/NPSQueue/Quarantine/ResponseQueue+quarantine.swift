package import Foundation
package import NPSModel

extension ResponseQueue {
    /// How many entries one transaction reads or removes at most, and after how many bytes it stops: acceptance waits
    /// while SQLite overwrites what is removed.
    private static let removals = (entries: 100, bytes: 4 << 20)

    /// Entries without their bodies, oldest first, at most ``QueueFilter/maximum``.
    ///
    /// - Parameter after: the id of the last entry of the previous page; nil for the first page.
    package func quarantine(limit: Int = 100, after: Int64? = nil) async throws(QueueError) -> [QuarantineEntry] {
        try await transact { transaction in try transaction.quarantine(limit: limit, after: after) }
    }

    /// An entry with its body; nil for an unknown id.
    package func quarantineEntry(_ id: QuarantineID) async throws(QueueError) -> QuarantineEntry? {
        try await transact { transaction in try transaction.quarantineEntry(id) }
    }

    /// Deletes entries; unknown ids are ignored. Returns how many there were.
    ///
    /// On return nothing of them is left in the database or its log. When the log can't be truncated, this throws
    /// although the entries are deleted, and the queue retries the truncation by itself.
    package func discard(_ ids: [QuarantineID]) async throws(QueueError) -> Int {
        try await remove(ids) { transaction, id in try transaction.discard(id) }
    }

    private func remove(
        _ ids: [QuarantineID],
        _ removal: @escaping @Sendable (inout QueueTransaction, QuarantineID) throws -> Bool
    ) async throws(QueueError) -> Int {
        var count = 0
        // Few at once: one body may be as large as a thousand others.
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

    /// Erases the entries whose body contains the address, in any of the encodings that ``AddressSearch`` knows. On
    /// return nothing of them is left in the database or its log, and a sender's retry is not stored again.
    ///
    /// Reading a large quarantine takes a while, so one call only begins new pages until `limit` has passed: repeat it
    /// with the `next` that it returned.
    ///
    /// - Parameter after: `next` of the previous call; nil to begin.
    /// - Returns: how many entries were erased, and the last that was searched; nil when all have been.
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

    /// Deletes the entries that were first received before `date`, a few in each transaction. Returns how many there
    /// were. On return nothing of them is left in the database or its log; when the log can't be truncated, this
    /// throws, as ``discard(_:)`` does.
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
