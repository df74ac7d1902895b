import Foundation
import NPSModel

extension QueueTransaction {
    /// Stores the drafts and returns the id of each, but for those that were erased, and why others don't fit.
    mutating func quarantine(
        _ drafts: [IncomingQuarantine],
        byteLimit: Int
    ) throws -> (ids: [QuarantineID], refusals: [QuarantineRefusal]) {
        var ids: [QuarantineID] = []
        var refusals: [QuarantineRefusal] = []
        for incoming in drafts {
            let (source, size) = (incoming.draft.source, incoming.size)
            if try rows.isErased(incoming) { continue }
            // Costs no room, so it is counted even when the quarantine is full.
            if let known = try rows.countRepetition(of: incoming, at: ageStart) {
                ids.append(known)
            } else if state.shares.admits(size, from: source, limit: byteLimit) {
                ids.append(try insert(incoming))
            } else {
                refusals.append(
                    QuarantineRefusal(
                        source: source,
                        held: state.shares.holdings[source]?.bytes ?? 0,
                        taken: state.books.quarantinedBytes,
                        limit: byteLimit
                    )
                )
            }
        }
        return (ids, refusals)
    }

    private mutating func insert(_ incoming: IncomingQuarantine) throws -> QuarantineID {
        let id = try rows.insert(incoming, at: ageStart)
        state.books.quarantined += 1
        state.books.quarantinedBytes += incoming.size
        state.shares.add(incoming.size, to: incoming.draft.source)
        return id
    }

    /// Like ``discard(_:)``, and a repetition is never stored again.
    mutating func erase(_ ids: [QuarantineID]) throws -> [QuarantineID] {
        for id in ids {
            try rows.bury(id, at: ageStart) { [personKey] key in personKey.tombstone(ofPayload: key) }
        }
        return try discard(ids)
    }

    /// Returns those that there were.
    mutating func discard(_ ids: [QuarantineID]) throws -> [QuarantineID] {
        let entries = try rows.measure(ids)
        try remove(entries)
        return entries.map(\.id)
    }

    /// Removes the oldest of the entries that were received before `date`: at most `limit`, and no more once they have
    /// `byteLimit` together. Returns how many there were; also forgets tombstones of that age.
    mutating func expire(before date: Milliseconds, limit: Int, byteLimit: Int) throws -> Int {
        try rows.forgetBuried(before: date)
        let old = try rows.measure(before: date, limit: limit, byteLimit: byteLimit)
        try remove(old)
        return old.count
    }

    /// Removes entries that a replay has resolved and returns when the first of them was received; nil for no entries.
    ///
    /// Throws `resolvedBefore` when one of them is gone, and then has removed none.
    mutating func resolve(_ ids: [QuarantineID]) throws -> Milliseconds? {
        guard !ids.isEmpty else { return nil }
        let entries = try rows.measure(ids)
        let found = Set(entries.map(\.id))
        for id in ids where !found.contains(id) { throw QueueError.resolvedBefore(id) }
        try remove(entries)
        return entries.map(\.receivedAt).min()
    }

    private mutating func remove(_ entries: [MeasuredEntry]) throws {
        guard !entries.isEmpty else { return }
        try rows.remove(entries)
        for entry in entries {
            state.books.quarantined -= 1
            state.books.quarantinedBytes -= entry.size
            state.shares.remove(entry.size, from: entry.source)
        }
        leavesDeletedContent = true
    }
}
