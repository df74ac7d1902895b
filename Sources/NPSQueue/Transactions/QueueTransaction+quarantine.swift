import Foundation
import GRDB
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
            if try isErased(incoming) { continue }
            if let known = try countRepetition(of: incoming) {
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

    private func isErased(_ incoming: IncomingQuarantine) throws -> Bool {
        let erased: Int? = try database.fetchValue(
            // Earlier versions kept the plain key.
            "SELECT 1 FROM quarantine_erased WHERE source = ? AND key IN (?, ?)",
            [incoming.draft.source, incoming.tombstone, incoming.key]
        )
        return erased != nil
    }

    /// Costs no room, so it is counted even when the quarantine is full. Nil when it is no repetition.
    private func countRepetition(of incoming: IncomingQuarantine) throws -> QuarantineID? {
        let known: Int64? = try database.fetchValue(
            "SELECT id FROM quarantine WHERE source = ? AND key = ?",
            [incoming.draft.source, incoming.key]
        )
        guard let known else { return nil }
        try execute(
            "UPDATE quarantine SET times_seen = times_seen + 1, last_seen_at = ? WHERE id = ?",
            [ageStart, known]
        )
        return QuarantineID(rawValue: known)
    }

    private mutating func insert(_ incoming: IncomingQuarantine) throws -> QuarantineID {
        try execute(
            """
            INSERT INTO quarantine (received_at, last_seen_at, \(IncomingQuarantine.Columns.selection))
            VALUES (?, ?, \(IncomingQuarantine.Columns.placeholders))
            """,
            StatementArguments([ageStart, ageStart] + incoming.values)
        )
        state.books.quarantined += 1
        state.books.quarantinedBytes += incoming.size
        state.shares.add(incoming.size, to: incoming.draft.source)
        return QuarantineID(rawValue: database.lastInsertedRowID)
    }

    /// Like ``discard(_:)``, and a repetition is never stored again.
    mutating func erase(_ id: QuarantineID, _ personKey: PersonKey) throws -> Bool {
        let key: String? = try database.fetchValue("SELECT key FROM quarantine WHERE id = ?", [id.rawValue])
        guard let key else { return false }
        try execute(
            "INSERT OR IGNORE INTO quarantine_erased SELECT source, ?, ? FROM quarantine WHERE id = ?",
            [personKey.tombstone(ofPayload: key), ageStart, id.rawValue]
        )
        return try discard(id)
    }

    /// False for an unknown id.
    mutating func discard(_ id: QuarantineID) throws -> Bool {
        guard let entry = try measured(id) else { return false }
        try remove(entry)
        return true
    }

    /// Removes the oldest of the entries that were received before `date`: at most `limit`, and no more once they have
    /// `byteLimit` together. Returns how many there were; also forgets tombstones of that age.
    mutating func expire(before date: Milliseconds, limit: Int, byteLimit: Int) throws -> Int {
        try execute("DELETE FROM quarantine_erased WHERE at < ?", [date])
        var bytes = 0
        let old = try database.fetchAll(
            MeasuredEntry.self,
            from: "quarantine WHERE received_at < ? ORDER BY received_at LIMIT ?",
            [date, limit],
            until: { entry in
                bytes += entry.size
                return bytes >= byteLimit
            }
        )
        for entry in old { try remove(entry) }
        return old.count
    }

    /// Removes entries that a replay has resolved and returns when the first of them was received; nil for no entries.
    ///
    /// Throws `resolvedBefore` when one of them is gone, and then has removed none.
    mutating func resolve(_ ids: [QuarantineID]) throws -> Milliseconds? {
        var entries: [QuarantineID: MeasuredEntry] = [:]
        for id in ids {
            guard let entry = try measured(id) else { throw QueueError.resolvedBefore(id) }
            entries[id] = entry
        }
        for entry in entries.values { try remove(entry) }
        return entries.values.map(\.receivedAt).min()
    }

    private func measured(_ id: QuarantineID) throws -> MeasuredEntry? {
        try database.fetchOne(MeasuredEntry.self, from: "quarantine WHERE id = ?", [id.rawValue])
    }

    private mutating func remove(_ entry: MeasuredEntry) throws {
        try execute("DELETE FROM quarantine WHERE id = ?", [entry.id])
        state.books.quarantined -= 1
        state.books.quarantinedBytes -= entry.size
        state.shares.remove(entry.size, from: entry.source)
        leavesDeletedContent = true
    }

    /// Bodies, oldest first: at most `limit`, and no more once they have `byteLimit` together.
    func bodies(after id: Int64, limit: Int, byteLimit: Int) throws -> [QuarantinedBody] {
        var bytes = 0
        return try database.fetchAll(
            QuarantinedBody.self,
            from: "quarantine WHERE id > ? ORDER BY id LIMIT ?",
            [id, limit],
            until: { entry in
                bytes += entry.body.count
                return bytes >= byteLimit
            }
        )
    }

    /// Entries without their bodies, oldest first: at most `limit`, and no more once their problems have `byteLimit`
    /// together.
    func quarantine(after id: Int64, limit: Int, byteLimit: Int) throws -> [StoredEntry] {
        var bytes = 0
        return try database.fetchAll(
            StoredEntry.self,
            from: "quarantine WHERE id > ? ORDER BY id LIMIT ?",
            [id, limit],
            until: { row in
                bytes += row.problems.utf8.count
                return bytes >= byteLimit
            }
        )
    }

    /// An entry with its body; nil for an unknown id.
    func quarantineEntry(_ id: QuarantineID) throws -> (row: StoredEntry, body: Data?)? {
        guard let row = try database.fetchOne(StoredEntry.self, from: "quarantine WHERE id = ?", [id.rawValue]) else {
            return nil
        }
        return (row, try database.fetchValue("SELECT body FROM quarantine WHERE id = ?", [id.rawValue]))
    }
}

extension QuarantineShares {
    /// Reads an index only.
    init(reading database: Database) throws {
        let rows = try database.fetchAll(
            SourceTotal.self,
            from: "quarantine INDEXED BY quarantine_by_source GROUP BY source"
        )
        self.init(holdings: Dictionary(uniqueKeysWithValues: rows.map { ($0.source, $0.holding) }))
    }
}

/// What one source has in quarantine.
private struct SourceTotal: RowDecodable {
    enum Columns: Int, ColumnList {
        case source, entries, bytes

        static let selection = allCases.selection

        var expression: String {
            switch self {
            case .source: name
            case .entries: "COUNT(*)"
            case .bytes: "SUM(size)"
            }
        }
    }

    let source: String
    let holding: QuarantineShares.Holding

    init(_ row: RowValues<Columns>) throws {
        source = try row[.source]
        holding = QuarantineShares.Holding(entries: try row[.entries], bytes: try row[.bytes])
    }
}

/// What must be known about an entry to remove it.
private struct MeasuredEntry: RowDecodable {
    enum Columns: Int, ColumnList {
        case id, source, receivedAt, size

        static let selection = allCases.selection
    }

    let id: Int64
    let source: String
    let receivedAt: Milliseconds
    let size: Int

    init(_ row: RowValues<Columns>) throws {
        id = try row[.id]
        source = try row[.source]
        receivedAt = try row[.receivedAt]
        size = try row[.size]
    }
}

/// A stored body, to be searched for an address.
struct QuarantinedBody: RowDecodable, Sendable {
    enum Columns: Int, ColumnList {
        case id, body

        static let selection = allCases.selection
    }

    let id: QuarantineID
    let body: Data

    init(_ row: RowValues<Columns>) throws {
        id = QuarantineID(rawValue: try row[.id])
        body = try row[.body]
    }
}

extension IncomingQuarantine: RowEncodable {
    enum Columns: Int, ColumnList {
        case source, key, deliveryId, contentType, problems, size, body

        static let selection = allCases.selection
        static let placeholders = allCases.placeholders
    }

    func value(of column: Columns) -> (any DatabaseValueConvertible)? {
        switch column {
        case .source: draft.source
        case .key: key
        case .deliveryId: draft.deliveryID
        case .contentType: draft.contentType
        case .problems: problems
        case .size: size
        case .body: Data(draft.body)
        }
    }
}

/// An entry as it is stored, without its body. Its problems are still text: the caller's task decodes them, not the
/// queue's thread.
struct StoredEntry: RowDecodable, Sendable {
    enum Columns: Int, ColumnList {
        case id, source, deliveryId, contentType, receivedAt, lastSeenAt, timesSeen, problems, bodySize

        static let selection = allCases.selection

        var expression: String { self == .bodySize ? "length(body)" : name }
    }

    let id: Int64
    let source: String
    let deliveryID: String?
    let contentType: String?
    let receivedAt: Milliseconds
    let lastSeenAt: Milliseconds
    let timesSeen: Int
    let problems: String
    let bodySize: Int

    init(_ row: RowValues<Columns>) throws {
        id = try row[.id]
        source = try row[.source]
        deliveryID = try row[.deliveryId]
        contentType = try row[.contentType]
        receivedAt = try row[.receivedAt]
        lastSeenAt = try row[.lastSeenAt]
        timesSeen = try row[.timesSeen]
        problems = try row[.problems]
        bodySize = try row[.bodySize]
    }

    func entry(body: Data? = nil) throws(QueueError) -> QuarantineEntry {
        guard let problems = try? JSONDecoder().decode([FieldProblem].self, from: Data(problems.utf8)) else {
            throw .damaged("the problems of a quarantined payload can't be read")
        }
        return QuarantineEntry(
            id: QuarantineID(rawValue: id),
            source: source,
            deliveryID: deliveryID,
            contentType: contentType,
            receivedAt: receivedAt.date,
            lastSeenAt: lastSeenAt.date,
            timesSeen: timesSeen,
            problems: problems,
            bodySize: bodySize,
            body: body
        )
    }
}
