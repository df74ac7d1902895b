import Foundation
import NPSModel

extension SQLiteRows {
    // Earlier versions kept the plain key.
    private static let isErased = Query("SELECT 1 FROM quarantine_erased WHERE source = ? AND key IN (?, ?)")
    private static let idOfKey = Query("SELECT id FROM quarantine WHERE source = ? AND key = ?")
    private static let repetition = Query(
        "UPDATE quarantine SET times_seen = times_seen + 1, last_seen_at = ? WHERE id = ?"
    )
    private static let insertion = Query(
        """
        INSERT INTO quarantine (received_at, last_seen_at, \(IncomingQuarantine.Columns.selection))
        VALUES (?, ?, \(IncomingQuarantine.Columns.allCases.placeholders))
        """
    )

    func isErased(_ payload: IncomingQuarantine) throws -> Bool {
        let erased: Int? = try statements.fetchValue(
            Self.isErased,
            payload.draft.source,
            payload.tombstone,
            payload.key
        )
        return erased != nil
    }

    func countRepetition(of payload: IncomingQuarantine, at date: Milliseconds) throws -> QuarantineID? {
        let known: Int64? = try statements.fetchValue(Self.idOfKey, payload.draft.source, payload.key)
        guard let known else { return nil }
        try statements.execute(Self.repetition, date, known)
        return QuarantineID(rawValue: known)
    }

    func insert(_ payload: IncomingQuarantine, at date: Milliseconds) throws -> QuarantineID {
        try statements.execute(Self.insertion, values: [date.sqliteValue, date.sqliteValue] + payload.values)
        return QuarantineID(rawValue: statements.lastInsertedRowID)
    }

    private static let entry = Query(MeasuredEntry.self, from: "quarantine WHERE id = ?")
    private static let entriesBefore = Query(
        MeasuredEntry.self,
        from: "quarantine WHERE received_at < ? ORDER BY received_at LIMIT ?"
    )
    private static let deletion = Query("DELETE FROM quarantine WHERE id = ?")

    func measure(_ ids: [QuarantineID]) throws -> [MeasuredEntry] {
        // Sorted, so that each is there once.
        try Set(ids.map(\.rawValue)).sorted().compactMap { id in
            try statements.fetchOne(MeasuredEntry.self, Self.entry, id)
        }
    }

    func measure(before date: Milliseconds, limit: Int, byteLimit: Int) throws -> [MeasuredEntry] {
        try statements.fetchAll(
            MeasuredEntry.self,
            Self.entriesBefore,
            values: [date.sqliteValue, limit.sqliteValue],
            byteLimit: byteLimit,
            size: { $0.size }
        )
    }

    func remove(_ entries: [MeasuredEntry]) throws {
        for entry in entries { try statements.execute(Self.deletion, entry.id.rawValue) }
    }

    private static let key = Query("SELECT key FROM quarantine WHERE id = ?")
    private static let burial = Query(
        "INSERT OR IGNORE INTO quarantine_erased SELECT source, ?, ? FROM quarantine WHERE id = ?"
    )
    private static let forgetting = Query("DELETE FROM quarantine_erased WHERE at < ?")

    func bury(_ id: QuarantineID, at date: Milliseconds, tombstone: (_ key: String) -> String) throws {
        let key: String? = try statements.fetchValue(Self.key, id.rawValue)
        guard let key else { return }
        try statements.execute(Self.burial, tombstone(key), date, id.rawValue)
    }

    func forgetBuried(before date: Milliseconds) throws {
        try statements.execute(Self.forgetting, date)
    }

    private static let bodies = Query(QuarantinedBody.self, from: "quarantine WHERE id > ? ORDER BY id LIMIT ?")
    private static let entries = Query(StoredEntry.self, from: "quarantine WHERE id > ? ORDER BY id LIMIT ?")
    private static let wholeEntry = Query(StoredEntry.self, from: "quarantine WHERE id = ?")
    private static let body = Query("SELECT body FROM quarantine WHERE id = ?")

    func bodies(after id: Int64, limit: Int, byteLimit: Int) throws -> [QuarantinedBody] {
        try statements.fetchAll(
            QuarantinedBody.self,
            Self.bodies,
            values: [id.sqliteValue, limit.sqliteValue],
            byteLimit: byteLimit,
            size: { $0.body.count }
        )
    }

    func quarantine(after id: Int64, limit: Int, byteLimit: Int) throws -> [StoredEntry] {
        try statements.fetchAll(
            StoredEntry.self,
            Self.entries,
            values: [id.sqliteValue, limit.sqliteValue],
            byteLimit: byteLimit,
            size: { $0.problems.utf8.count }
        )
    }

    func quarantineEntry(_ id: QuarantineID) throws -> (row: StoredEntry, body: Data?)? {
        guard let row = try statements.fetchOne(StoredEntry.self, Self.wholeEntry, id.rawValue) else { return nil }
        return (row, try statements.fetchValue(Self.body, id.rawValue))
    }
}
