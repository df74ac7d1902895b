package import Foundation
import Logging
package import NPSModel

extension ResponseQueue {
    /// How many entries a slice removes by their ids: one body may be as large as a thousand others, and SQLite
    /// overwrites what is removed.
    private static let removals = 4

    /// How much room each source takes, and whether it may have more.
    package func quarantineUse() async throws(QueueError) -> QuarantineUse {
        let limit = configuration.quarantineByteLimit
        return try await read { transaction in QuarantineUse(transaction.state.shares, limit: limit) }
    }

    /// Entries without their bodies, oldest first, at most ``QueueFilter/maximum``, and no more once they have
    /// ``pageBytes`` together. For all, page until a page is empty. A header that was sealed with a key that this collector
    /// lacks is there as it is stored.
    ///
    /// - Parameter after: the id of the last entry of the previous page; nil for the first page.
    package func quarantine(limit: Int = 100, after: Int64? = nil) async throws(QueueError) -> [QuarantineEntry] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        var entries: [QuarantineEntry] = []
        var bytes = 0
        while entries.count < limit, bytes < Self.pageBytes {
            let (last, wanted) = (entries.last?.id.rawValue ?? after ?? 0, min(limit - entries.count, Self.slice))
            let part = try await readSlice { transaction in
                try transaction.rows.leavingUnopened.quarantine(after: last, limit: wanted, byteLimit: Self.sliceBytes)
            }
            if part.isEmpty { break }
            for row in part {
                entries.append(try row.entry())
                bytes += row.problems.utf8.count
            }
        }
        return entries
    }

    /// An entry with its body; nil for an unknown id.
    package func quarantineEntry(_ id: QuarantineID) async throws(QueueError) -> QuarantineEntry? {
        let stored = try await read { transaction in try transaction.rows.quarantineEntry(id) }
        return try stored?.row.entry(body: stored?.body)
    }

    /// Deletes entries; unknown ids are ignored. Returns how many there were.
    ///
    /// On return nothing of them is left in a file or its log. When the log can't be truncated, this throws although the
    /// entries are deleted, and the queue retries the truncation by itself. What PostgreSQL keeps is said on the page
    /// ThreatModel.
    ///
    /// - Parameter onPart: gets those that are deleted, as soon as that is durable.
    package func discard(
        _ ids: [QuarantineID],
        onPart: ([QuarantineID]) -> Void = { _ in }
    ) async throws(QueueError) -> Int {
        try await remove(ids, onPart: onPart) { transaction, part in try transaction.discard(part) }
    }

    private func remove(
        _ ids: [QuarantineID],
        onPart: ([QuarantineID]) -> Void,
        _ removal: @escaping @Sendable (inout QueueTransaction, [QuarantineID]) throws -> [QuarantineID]
    ) async throws(QueueError) -> Int {
        var count = 0
        try await inSlices(ids, of: Self.removals) { part in
            count += part.count
            onPart(part)
        } _: { transaction, part in
            try removal(&transaction, part)
        }
        if count > 0 { try await truncateLog() }
        return count
    }

    /// Erases the entries whose body contains the address, in any of the encodings that ``AddressSearch`` knows. On
    /// return as much of them is left as ``discard(_:onPart:)`` says, and a sender's retry is not stored again.
    ///
    /// A body that was sealed with a key that this collector lacks isn't found. The log says so, and the others are.
    ///
    /// Reading a large quarantine takes a while, so one call only begins new pages until `limit` has passed: repeat it
    /// with the `next` that it returned.
    ///
    /// - Parameters:
    ///   - after: `next` of the previous call; nil to begin.
    ///   - onPart: gets how many are erased, as soon as that is durable.
    /// - Returns: how many entries were erased, and the last that was searched; nil when all have been.
    package func eraseQuarantined(
        _ address: EmailAddress,
        after: QuarantineID? = nil,
        within limit: Duration,
        onPart: (Int) -> Void = { _ in }
    ) async throws(QueueError) -> (count: Int, next: QuarantineID?) {
        let begin = ContinuousClock.now
        let search = AddressSearch(for: address)
        var last = after?.rawValue ?? 0
        var found: [QuarantineID] = []
        var isComplete = false
        var unopened = 0
        while !isComplete {
            let start = last
            let page = try await readSlice { transaction in
                try transaction.rows.leavingUnopened.bodies(after: start, limit: Self.slice, byteLimit: Self.sliceBytes)
            }
            for entry in page where search.finds(in: entry.body) { found.append(entry.id) }
            unopened += page.count(where: \.isUnopened)
            isComplete = page.isEmpty
            last = page.last?.id.rawValue ?? last
            if ContinuousClock.now - begin >= limit { break }
        }
        if unopened > 0 {
            logger.warning(
                "Payloads in quarantine were not searched for an address: they are sealed with a key that isn't listed here",
                metadata: ["payloads": "\(unopened)"]
            )
        }
        let count = try await remove(found, onPart: { onPart($0.count) }) { transaction, part in
            try transaction.erase(part)
        }
        return (count, isComplete ? nil : QuarantineID(rawValue: last))
    }

    /// Deletes the entries that were first received before `date`, a few in each transaction. Returns how many there
    /// were. What is left of them on return, and when this throws, is as ``discard(_:onPart:)`` says.
    package func expireQuarantine(before date: Date) async throws(QueueError) -> Int {
        let limit = Milliseconds(date)
        var count = 0
        while true {
            let part = try await transactSlice { transaction in
                try transaction.expire(before: limit, limit: Self.slice, byteLimit: Self.sliceBytes)
            }
            guard part > 0 else { break }
            count += part
        }
        if count > 0 { try await truncateLog() }
        return count
    }
}
