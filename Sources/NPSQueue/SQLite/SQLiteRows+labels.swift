import NPSModel

extension SQLiteRows {
    private static let label = Query("SELECT 1 FROM source_labels WHERE label = ?")
    private static let labelInsertion = Query("INSERT OR IGNORE INTO source_labels (label) VALUES (?)")

    func isNoted(_ label: String) throws -> Bool {
        let found: Int? = try statements.fetchValue(Self.label, label)
        return found != nil
    }

    func noteLabel(_ label: String) throws {
        try statements.execute(Self.labelInsertion, label)
    }

    private static let relabelQueue = Query(
        "UPDATE queue SET source = ? WHERE sequence > ? AND sequence <= ? AND source = ?"
    )
    private static let relabelReceipts = [
        ("receipts_delivered", ResponseState.delivered), ("receipts_erased", .erased),
    ].map { index, state in
        Query(
            """
            UPDATE receipts INDEXED BY \(index) SET source = ?
            WHERE state = \(state.code) AND sequence > ? AND sequence <= ? AND source = ?
            """
        )
    }

    func relabelResponses(_ name: String, _ label: String, after sequence: Int64, limit: Int) throws -> Int64? {
        // Of each table the next rows, up to the first of their ends.
        let ends = try (Self.ends + (hasFormerRows ? [Self.formerEnd] : [])).compactMap { query -> Int64? in
            try statements.fetchValue(query, sequence, limit)
        }
        guard let last = ends.min() else { return nil }
        try statements.execute(Self.relabelQueue, label, sequence, last, name)
        for query in Self.relabelReceipts { try statements.execute(query, label, sequence, last, name) }
        if hasFormerRows { try statements.execute(Self.relabelFormer, label, sequence, last, name) }
        return last
    }

    /// The last of the next rows, by indexes alone.
    private static let ends = [
        "queue WHERE",
        "receipts INDEXED BY receipts_delivered WHERE state = \(ResponseState.delivered.code) AND",
        "receipts INDEXED BY receipts_erased WHERE state = \(ResponseState.erased.code) AND",
    ].map(end)
    private static let formerEnd = end("responses WHERE")

    private static func end(_ rows: String) -> Query {
        Query("SELECT MAX(sequence) FROM (SELECT sequence FROM \(rows) sequence > ? ORDER BY sequence LIMIT ?)")
    }

    private static let relabelFormer = Query(
        "UPDATE responses SET source = ? WHERE sequence > ? AND sequence <= ? AND source = ?"
    )

    private static let entriesAfter = Query(
        "SELECT MAX(id) FROM (SELECT id FROM quarantine WHERE id > ? ORDER BY id LIMIT ?)"
    )
    // The plus signs keep SQLite from reading all entries of the source instead of those in between.
    private static let relabelling = Query(
        "UPDATE OR IGNORE quarantine SET source = ? WHERE id > ? AND id <= ? AND +source = ?"
    )
    private static let sizes = Query("SELECT size FROM quarantine WHERE id > ? AND id <= ? AND +source = ?")

    func relabelQuarantine(
        _ name: String,
        _ label: String,
        after id: Int64,
        limit: Int
    ) throws -> (last: Int64?, moved: QuarantineShares.Holding) {
        let last: Int64? = try statements.fetchValue(Self.entriesAfter, id, limit)
        guard let last else { return (nil, QuarantineShares.Holding()) }
        let before: [Int] = try statements.fetchValues(Self.sizes, id, last, name)
        try statements.execute(Self.relabelling, label, id, last, name)
        let rest: [Int] = try statements.fetchValues(Self.sizes, id, last, name)
        return (
            last,
            QuarantineShares.Holding(
                entries: before.count - rest.count,
                bytes: before.reduce(0, +) - rest.reduce(0, +)
            )
        )
    }

    private static let merge = Query(
        """
        UPDATE quarantine SET times_seen = quarantine.times_seen + other.times_seen,
            received_at = MIN(quarantine.received_at, other.received_at),
            last_seen_at = MAX(quarantine.last_seen_at, other.last_seen_at)
        FROM quarantine AS other
        WHERE quarantine.source = ? AND other.source = ? AND other.key = quarantine.key
        """
    )
    private static let relabelTombstones = Query("UPDATE OR REPLACE quarantine_erased SET source = ? WHERE source = ?")
    private static let ofSource = Query("SELECT id FROM quarantine WHERE source = ?")

    func mergeQuarantine(_ name: String, into label: String) throws -> [QuarantineID] {
        try statements.execute(Self.merge, label, name)
        try statements.execute(Self.relabelTombstones, label, name)
        let left: [Int64] = try statements.fetchValues(Self.ofSource, name)
        return left.map { QuarantineID(rawValue: $0) }
    }
}
