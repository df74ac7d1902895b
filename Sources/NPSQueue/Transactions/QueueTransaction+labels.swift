import GRDB

extension QueueTransaction {
    /// Whether ``finishRelabelling(_:_:)`` was called with this label.
    func isRelabelled(_ label: String) throws -> Bool {
        let found: Int? = try database.fetchValue("SELECT 1 FROM source_labels WHERE label = ?", [label])
        return found != nil
    }

    /// Relabels among the next rows after `sequence`. Returns the last of them; nil when there are none.
    func relabelResponses(_ name: String, _ label: String, after sequence: Int64, limit: Int) throws -> Int64? {
        let last: Int64? = try database.fetchValue(
            "SELECT MAX(sequence) FROM (SELECT sequence FROM responses WHERE sequence > ? ORDER BY sequence LIMIT ?)",
            [sequence, limit]
        )
        guard let last else { return nil }
        try execute(
            "UPDATE responses SET source = ? WHERE sequence > ? AND sequence <= ? AND source = ?",
            [label, sequence, last, name]
        )
        return last
    }

    /// Relabels among the next entries after `id`. Returns the last of them; nil when there are none. They are few, because
    /// each is written anew with its body.
    mutating func relabelQuarantine(_ name: String, _ label: String, after id: Int64) throws -> Int64? {
        let last: Int64? = try database.fetchValue(
            "SELECT MAX(id) FROM (SELECT id FROM quarantine WHERE id > ? ORDER BY id LIMIT 20)",
            [id]
        )
        guard let last else { return nil }
        let before = try holding(of: name, after: id, through: last)
        try execute(
            "UPDATE OR IGNORE quarantine SET source = ? WHERE id > ? AND id <= ? AND +source = ?",
            [label, id, last, name]
        )
        let rest = try holding(of: name, after: id, through: last)
        let moved = QuarantineShares.Holding(entries: before.entries - rest.entries, bytes: before.bytes - rest.bytes)
        state.shares.move(moved, from: name, to: label)
        return last
    }

    /// The plus signs keep SQLite from reading all entries of the source instead of those in between.
    private func holding(of source: String, after id: Int64, through last: Int64) throws -> QuarantineShares.Holding {
        let sizes: [Int] = try database.fetchValues(
            "SELECT size FROM quarantine WHERE id > ? AND id <= ? AND +source = ?",
            [id, last, source]
        )
        return QuarantineShares.Holding(entries: sizes.count, bytes: sizes.reduce(0, +))
    }

    /// Relabels the tombstones of erased payloads, so that a sender's retry isn't stored again, and remembers the label.
    mutating func finishRelabelling(_ name: String, _ label: String) throws {
        try mergeQuarantine(name, into: label)
        try execute("UPDATE OR REPLACE quarantine_erased SET source = ? WHERE source = ?", [label, name])
        try execute("INSERT OR IGNORE INTO source_labels (label) VALUES (?)", [label])
        leavesDeletedContent = true
    }

    /// What is left under the name came under the label, too: it was seen so many times more.
    private mutating func mergeQuarantine(_ name: String, into label: String) throws {
        try execute(
            """
            UPDATE quarantine SET times_seen = quarantine.times_seen + other.times_seen,
                received_at = MIN(quarantine.received_at, other.received_at),
                last_seen_at = MAX(quarantine.last_seen_at, other.last_seen_at)
            FROM quarantine AS other
            WHERE quarantine.source = ? AND other.source = ? AND other.key = quarantine.key
            """,
            [label, name]
        )
        let left: [Int64] = try database.fetchValues("SELECT id FROM quarantine WHERE source = ?", [name])
        for id in left { _ = try discard(QuarantineID(rawValue: id)) }
    }
}
