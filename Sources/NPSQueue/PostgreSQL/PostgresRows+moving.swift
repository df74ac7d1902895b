import Foundation
import NPSModel

extension PostgresRows {
    private static let mark = Query("SELECT \(MoveMark.Columns.selection) FROM moving")
    private static let markForUpdate = Query("SELECT \(MoveMark.Columns.selection) FROM moving FOR UPDATE")

    func moveMark() throws -> MoveMark? {
        let row = try connection.execute(isLocking ? Self.markForUpdate : Self.mark).first
        return try row.map { try MoveMark($0.named(MoveMark.Columns.self)) }
    }

    private static let marking = Query(
        """
        INSERT INTO moving (id, \(MoveMark.Columns.selection))
        VALUES (1, $1::text, $2::text, $3::text, $4::int8, $5::int8, $6::bool)
        ON CONFLICT (id) DO UPDATE SET token = excluded.token, stage = excluded.stage, other = excluded.other,
            last_response = excluded.last_response, last_entry = excluded.last_entry, is_complete = excluded.is_complete
        """
    )
    private static let unmarking = Query("DELETE FROM moving")
    private static let exclusion = Query(
        """
        INSERT INTO schema_version (version, oldest_program)
        VALUES (\(PostgresSchema.marked), \(PostgresSchema.marked)) ON CONFLICT DO NOTHING
        """
    )
    private static let inclusion = Query("DELETE FROM schema_version WHERE version = \(PostgresSchema.marked)")

    /// Programs that don't know of marks are kept out by the version.
    func write(_ mark: MoveMark?) throws {
        guard let mark else {
            try connection.execute(Self.unmarking)
            try connection.execute(Self.inclusion)
            return
        }
        let parameters = PostgresParameters(
            mark.token,
            mark.stage.rawValue,
            mark.other,
            mark.position.response,
            mark.position.entry,
            mark.position.isComplete
        )
        try connection.execute(Self.marking, parameters)
        try connection.execute(Self.exclusion)
    }

    private static let collectors = Query(
        """
        SELECT DISTINCT split_part(application_name, '/', 2) FROM pg_stat_activity
        WHERE datname = current_database() AND starts_with(application_name, 'nps-collector/')
            AND NOT starts_with(application_name, 'nps-collector/\(PostgresAddress.moverName)/')
        ORDER BY 1
        """
    )

    func otherCollectors() throws -> [String] {
        try connection.execute(Self.collectors).rows.map { try $0.value(0) }
    }

    private static let keyReplacement = Query("UPDATE person_key SET key = $1::bytea")

    func replaceKey(by key: PersonKey) throws {
        try connection.execute(Self.keyReplacement, PostgresParameters(key.bytes))
    }

    private static let lastEntry = Query(
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM quarantine_id_seq"
    )
    // What was never used can't be set to 0.
    private static let skips = ["response_sequence", "quarantine_id_seq"].map { name in
        Query("SELECT setval('\(name)', GREATEST($1::int8, last_value)) FROM \(name) WHERE $1::int8 > 0")
    }

    func lastQuarantineID() throws -> Int64 {
        try connection.execute(Self.lastEntry).first?.value(0) ?? 0
    }

    func skipNumbers(responses: Int64, entries: Int64) throws {
        for (query, number) in zip(Self.skips, [responses, entries]) {
            try connection.execute(query, PostgresParameters(number))
        }
    }

    private static let undatedThrough = Query("SELECT undated_through FROM clock")
    private static let undatedUpdate = Query("UPDATE clock SET undated_through = $1::int8")

    func undatedThrough() throws -> Int64 {
        try connection.execute(Self.undatedThrough).first?.value(0) ?? 0
    }

    func writeUndatedThrough(_ sequence: Int64) throws {
        try connection.execute(Self.undatedUpdate, PostgresParameters(sequence))
    }

    private static let addition: Query = {
        let columns = StoredResponse.Columns.allCases
        return Query(
            """
            INSERT INTO responses (\(columns.names))
            SELECT \(columns.names) FROM \(columns.unnesting()) AS i(\(columns.names)) ORDER BY id
            """
        )
    }()

    func add(_ responses: [StoredResponse]) throws {
        guard !responses.isEmpty else { return }
        var parameters = PostgresParameters()
        for column in StoredResponse.Columns.allCases {
            try parameters.append(column, of: responses, sealedBy: keys)
        }
        try connection.execute(Self.addition, parameters)
    }

    private static let identity = Query("SELECT tombstone, size FROM quarantine WHERE id = $1::int8")
    private static let entryChange = Query(
        "UPDATE quarantine SET id = $1::int8, last_seen_at = $2::int8, times_seen = $3::int8 WHERE id = $4::int8"
    )

    func identity(_ id: QuarantineID) throws -> EntryIdentity? {
        try connection.execute(Self.identity, PostgresParameters(id.rawValue)).first.map { row in
            EntryIdentity(key: try row.value(0), size: try row.value(1))
        }
    }

    func add(_ entry: MovedEntry) throws {
        let stored = entry.stored
        let id = try insert(entry.payload, at: stored.receivedAt)
        let parameters = PostgresParameters(stored.id, stored.lastSeenAt, stored.timesSeen, id.rawValue)
        try connection.execute(Self.entryChange, parameters)
    }

    private static let allTombstones = Query(
        "SELECT source, tombstone, at FROM quarantine_erased ORDER BY source, tombstone"
    )
    private static let tombstoneInsertion = Query(
        """
        INSERT INTO quarantine_erased (source, tombstone, at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::int8[]) ON CONFLICT DO NOTHING
        """
    )

    func tombstones() throws -> [PayloadTombstone] {
        try connection.execute(Self.allTombstones).rows.map { row in
            PayloadTombstone(source: try row.value(0), tombstone: try row.value(1), at: try row.value(2))
        }
    }

    func add(_ tombstones: [PayloadTombstone]) throws {
        guard !tombstones.isEmpty else { return }
        let parameters = PostgresParameters(
            tombstones.map(\.source),
            tombstones.map(\.tombstone),
            tombstones.map(\.at)
        )
        try connection.execute(Self.tombstoneInsertion, parameters)
    }

    private static let allLabels = Query("SELECT label FROM source_labels ORDER BY label")

    func labels() throws -> [String] {
        try connection.execute(Self.allLabels).rows.map { try $0.value(0) }
    }
}

extension MoveMark {
    init(_ row: PostgresValues<Columns>) throws(QueueError) {
        try self.init(
            token: try row[.token],
            stored: try row[.stage],
            other: try row[.other],
            position: MovePosition(
                response: try row[.lastResponse],
                entry: try row[.lastEntry],
                isComplete: try row[.isComplete]
            )
        )
    }
}

extension PostgresAddress {
    /// What a program that moves a queue is called, in the place of a collector's name.
    static let moverName = "queue move"
}
