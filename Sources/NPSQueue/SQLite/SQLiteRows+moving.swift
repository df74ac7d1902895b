import Foundation
import NPSModel

extension SQLiteRows {
    func moveMark() throws -> MoveMark? {
        try statements.fetchOne(MoveMark.self, MoveMark.Columns.row)
    }

    private static let marking = Query(
        """
        INSERT OR REPLACE INTO moving (id, \(MoveMark.Columns.selection))
        VALUES (1, \(MoveMark.Columns.allCases.placeholders))
        """
    )
    private static let unmarking = Query("DELETE FROM moving")
    private static let versions = [MoveMark.unmarkedVersion, MoveMark.markedVersion].map { version in
        Query("PRAGMA user_version = \(version)")
    }

    func write(_ mark: MoveMark?) throws {
        try statements.execute(Self.unmarking)
        if let mark { try statements.execute(Self.marking, values: mark.values) }
        try statements.execute(Self.versions[mark == nil ? 0 : 1])
    }

    func otherCollectors() -> [String] { [] }

    private static let keyReplacement = Query("UPDATE person_key SET key = ?")

    func replaceKey(by key: PersonKey) throws {
        try statements.execute(Self.keyReplacement, values: [.blob(key.bytes)])
    }

    private static let lastEntry = Query("SELECT seq FROM sqlite_sequence WHERE name = 'quarantine'")
    private static let entryRemoval = Query("DELETE FROM sqlite_sequence WHERE name = 'quarantine'")
    private static let entryNumbering = Query("INSERT INTO sqlite_sequence (name, seq) VALUES ('quarantine', ?)")

    func lastQuarantineID() throws -> Int64 {
        try statements.fetchValue(Self.lastEntry) ?? 0
    }

    /// That of responses stands in the books.
    func skipNumbers(responses: Int64, entries: Int64) throws {
        let last = max(entries, try lastQuarantineID())
        try statements.execute(Self.entryRemoval)
        try statements.execute(Self.entryNumbering, last)
    }

    private static let undatedThrough = Query("SELECT undated_through FROM clock")
    private static let undatedUpdate = Query("UPDATE clock SET undated_through = ?")

    func undatedThrough() throws -> Int64 {
        try statements.fetchValue(Self.undatedThrough) ?? 0
    }

    func writeUndatedThrough(_ sequence: Int64) throws {
        try statements.execute(Self.undatedUpdate, sequence)
    }

    func add(_ responses: [StoredResponse]) throws {
        // By their ids, as receipts are ordered.
        for response in responses.sorted(by: { $0.id.rawValue < $1.id.rawValue }) { try insert(response) }
    }

    private static let identity = Query(EntryIdentity.self, from: "quarantine WHERE id = ?")
    private static let entryChange = Query(
        "UPDATE quarantine SET id = ?, last_seen_at = ?, times_seen = ? WHERE id = ?"
    )

    func identity(_ id: QuarantineID) throws -> EntryIdentity? {
        try statements.fetchOne(EntryIdentity.self, Self.identity, id.rawValue)
    }

    func add(_ entry: MovedEntry) throws {
        let stored = entry.stored
        let id = try insert(entry.payload, at: stored.receivedAt)
        try statements.execute(Self.entryChange, stored.id, stored.lastSeenAt, stored.timesSeen, id.rawValue)
    }

    private static let allTombstones = Query(
        PayloadTombstone.self,
        from: "quarantine_erased ORDER BY source, key"
    )
    private static let tombstoneInsertion = Query(
        "INSERT OR IGNORE INTO quarantine_erased (source, key, at) VALUES (?, ?, ?)"
    )

    /// Earlier versions kept the plain key.
    func tombstones() throws -> [PayloadTombstone] {
        try statements.fetchAll(PayloadTombstone.self, Self.allTombstones).map { kept in
            guard !personKey.isTombstone(kept.tombstone) else { return kept }
            let tombstone = personKey.tombstone(ofPayload: kept.tombstone)
            return PayloadTombstone(source: kept.source, tombstone: tombstone, at: kept.at)
        }
    }

    func add(_ tombstones: [PayloadTombstone]) throws {
        for kept in tombstones {
            try statements.execute(Self.tombstoneInsertion, kept.source, kept.tombstone, kept.at)
        }
    }

    private static let allLabels = Query("SELECT label FROM source_labels ORDER BY label")

    func labels() throws -> [String] {
        try statements.fetchValues(Self.allLabels)
    }
}

extension PayloadTombstone: RowDecodable {
    enum Columns: Int, ColumnList {
        case source, key, at

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        self.init(source: try row[.source], tombstone: try row[.key], at: try row[.at])
    }
}

extension EntryIdentity: RowDecodable {
    enum Columns: Int, ColumnList {
        case key, size

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        self.init(key: try row[.key], size: try row[.size])
    }
}
