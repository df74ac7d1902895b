import Foundation
import GRDB
import NPSModel

/// A draft, encoded by its own task before it reaches the dispatch queue.
struct IncomingQuarantine: Sendable {
    let draft: QuarantineDraft
    let key: String
    let problems: String

    init(_ draft: QuarantineDraft) throws(QueueError) {
        self.draft = draft
        key = draft.key
        do {
            problems = String(decoding: try JSONEncoder().encode(draft.problems), as: UTF8.self)
        } catch {
            // Two strings a problem: they always encode.
            throw .damaged("the problems of a delivery can't be written as JSON")
        }
    }

    /// What it takes of the byte limit. An empty delivery costs a row too.
    var size: Int { 256 + draft.body.count + problems.utf8.count }
}

extension QueueTransaction {
    /// Refuses the call when the new ones among the drafts don't fit.
    mutating func quarantine(_ drafts: [IncomingQuarantine], byteLimit: Int) throws -> [QuarantineID] {
        try drafts.compactMap { try quarantine($0, byteLimit: byteLimit) }
    }

    /// A repetition is counted at the first one, also when the quarantine is full. Nil for one that was erased.
    private mutating func quarantine(_ incoming: IncomingQuarantine, byteLimit: Int) throws -> QuarantineID? {
        let draft = incoming.draft
        let erased = try row(
            "SELECT 1 FROM quarantine_erased WHERE source = ? AND key = ?",
            [draft.source, incoming.key]
        )
        guard erased == nil else { return nil }
        if let known = try row(
            "SELECT id FROM quarantine WHERE source = ? AND key = ?",
            [draft.source, incoming.key]
        ) {
            let id = QuarantineID(rawValue: known[0])
            try execute(
                "UPDATE quarantine SET times_seen = times_seen + 1, last_seen_at = ? WHERE id = ?",
                [now, id.rawValue]
            )
            return id
        }
        guard incoming.size <= byteLimit - state.books.quarantinedBytes else { throw QueueError.quarantineFull }
        try execute(
            """
            INSERT INTO quarantine
                (source, key, delivery_id, content_type, received_at, last_seen_at, problems, size, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                draft.source, incoming.key, draft.deliveryID, draft.contentType, now, now,
                incoming.problems, incoming.size, Data(draft.body),
            ]
        )
        state.books.quarantined += 1
        state.books.quarantinedBytes += incoming.size
        return QuarantineID(rawValue: database.lastInsertedRowID)
    }

    /// As ``discard(_:)``, and a repetition isn't kept again.
    mutating func erase(_ id: QuarantineID) throws -> Bool {
        try execute(
            "INSERT OR IGNORE INTO quarantine_erased SELECT source, key, ? FROM quarantine WHERE id = ?",
            [now, id.rawValue]
        )
        return try discard(id)
    }

    /// False for an unknown id.
    mutating func discard(_ id: QuarantineID) throws -> Bool {
        guard let row = try row("SELECT size FROM quarantine WHERE id = ?", [id.rawValue]) else { return false }
        try remove(id, size: row[0])
        return true
    }

    /// Removes the oldest of those that came before `date`: at most `limit` entries, and no more once they take
    /// `byteLimit` together. Gives how many there were.
    mutating func expire(before date: Milliseconds, limit: Int, byteLimit: Int) throws -> Int {
        try execute("DELETE FROM quarantine_erased WHERE at < ?", [date])
        let old = try rows(
            "SELECT id, size FROM quarantine WHERE received_at < ? ORDER BY received_at LIMIT ?",
            [date, limit]
        )
        var count = 0
        var bytes = 0
        for row in old where bytes < byteLimit {
            let size: Int = row[1]
            try remove(QuarantineID(rawValue: row[0]), size: size)
            count += 1
            bytes += size
        }
        return count
    }

    /// Removes entries that a replay has resolved, and gives the time when the first of them came; nil for none.
    ///
    /// Refuses before it writes anything when one of them is gone.
    mutating func resolve(_ ids: [QuarantineID]) throws -> Milliseconds? {
        var oldest: Milliseconds?
        var sizes: [QuarantineID: Int] = [:]
        for id in ids {
            guard let row = try row("SELECT received_at, size FROM quarantine WHERE id = ?", [id.rawValue]) else {
                throw QueueError.resolvedBefore(id)
            }
            let receivedAt: Milliseconds = row[0]
            oldest = min(oldest ?? receivedAt, receivedAt)
            sizes[id] = row[1]
        }
        for (id, size) in sizes { try remove(id, size: size) }
        return oldest
    }

    private mutating func remove(_ id: QuarantineID, size: Int) throws {
        try execute("DELETE FROM quarantine WHERE id = ?", [id.rawValue])
        state.books.quarantined -= 1
        state.books.quarantinedBytes -= size
        leavesDeletedContent = true
    }

    /// Bodies by id, oldest first: at most `limit`, and no more once they take `byteLimit` together.
    func bodies(after id: Int64, limit: Int, byteLimit: Int) throws -> [(id: QuarantineID, body: Data)] {
        let statement = try database.cachedStatement(
            sql: "SELECT id, body FROM quarantine WHERE id > ? ORDER BY id LIMIT ?"
        )
        let cursor = try Row.fetchCursor(statement, arguments: [id, limit])
        var bodies: [(id: QuarantineID, body: Data)] = []
        var bytes = 0
        while bytes < byteLimit, let row = try cursor.next() {
            let body: Data = row[1]
            bodies.append((QuarantineID(rawValue: row[0]), body))
            bytes += body.count
        }
        return bodies
    }

    func quarantine(limit: Int, after: Int64?) throws -> [QuarantineEntry] {
        try rows(
            """
            SELECT id, source, delivery_id, content_type, received_at, last_seen_at, times_seen, problems,
                length(body), NULL
            FROM quarantine WHERE id > ? ORDER BY id LIMIT ?
            """,
            [after ?? 0, min(max(limit, 0), QueueFilter.maximum)]
        ).map(Self.entry)
    }

    func quarantineEntry(_ id: QuarantineID) throws -> QuarantineEntry? {
        try row(
            """
            SELECT id, source, delivery_id, content_type, received_at, last_seen_at, times_seen, problems,
                length(body), body
            FROM quarantine WHERE id = ?
            """,
            [id.rawValue]
        ).map(Self.entry)
    }

    private static func entry(_ row: Row) throws -> QuarantineEntry {
        let problems: String = row[7]
        return QuarantineEntry(
            id: QuarantineID(rawValue: row[0]),
            source: row[1],
            deliveryID: row[2],
            contentType: row[3],
            receivedAt: (row[4] as Milliseconds).date,
            lastSeenAt: (row[5] as Milliseconds).date,
            timesSeen: row[6],
            problems: try JSONDecoder().decode([FieldProblem].self, from: Data(problems.utf8)),
            bodySize: row[8],
            body: row[9]
        )
    }
}
