import NPSModel

extension PostgresRows {
    private static let label = Query("SELECT 1 FROM source_labels WHERE label = $1::text")
    private static let labelInsertion = Query(
        "INSERT INTO source_labels (label) VALUES ($1::text) ON CONFLICT DO NOTHING"
    )

    func isNoted(_ label: String) throws -> Bool {
        try connection.execute(Self.label, PostgresParameters(label)).count > 0
    }

    func noteLabel(_ label: String) throws {
        try connection.execute(Self.labelInsertion, PostgresParameters(label))
    }

    private static let relabelling = Query(
        """
        WITH part AS MATERIALIZED (
            SELECT sequence FROM responses WHERE sequence > $3::int8 ORDER BY sequence LIMIT $4::int8
        ), relabelled AS (
            UPDATE responses SET source = $2::text
            WHERE sequence IN (SELECT sequence FROM part) AND source = $1::text
        )
        SELECT max(sequence) FROM part
        """
    )

    func relabelResponses(_ name: String, _ label: String, after sequence: Int64, limit: Int) throws -> Int64? {
        let parameters = PostgresParameters(name, label, sequence, limit)
        return try connection.execute(Self.relabelling, parameters).first?.optional(0)
    }

    private static let relabellingEntries = Query(
        """
        WITH part AS MATERIALIZED (
            SELECT id FROM quarantine WHERE id > $3::int8 ORDER BY id LIMIT $4::int8
        ), relabelled AS (
            UPDATE quarantine AS q SET source = $2::text
            WHERE id IN (SELECT id FROM part) AND source = $1::text AND NOT EXISTS (
                SELECT 1 FROM quarantine AS other WHERE other.source = $2::text AND other.tombstone = q.tombstone
            )
            RETURNING size
        )
        SELECT (SELECT max(id) FROM part), (SELECT count(*) FROM relabelled),
            (SELECT COALESCE(sum(size), 0)::int8 FROM relabelled)
        """
    )

    func relabelQuarantine(
        _ name: String,
        _ label: String,
        after id: Int64,
        limit: Int
    ) throws -> (last: Int64?, moved: QuarantineShares.Holding) {
        let parameters = PostgresParameters(name, label, id, limit)
        guard let row = try connection.execute(Self.relabellingEntries, parameters).first else {
            return (nil, QuarantineShares.Holding())
        }
        return (try row.optional(0), QuarantineShares.Holding(entries: try row.value(1), bytes: try row.value(2)))
    }

    private static let merge = Query(
        """
        UPDATE quarantine AS q SET times_seen = q.times_seen + other.times_seen,
            received_at = LEAST(q.received_at, other.received_at),
            last_seen_at = GREATEST(q.last_seen_at, other.last_seen_at)
        FROM quarantine AS other
        WHERE q.source = $2::text AND other.source = $1::text AND other.tombstone = q.tombstone
        """
    )
    private static let relabelTombstones = Query(
        """
        WITH moved AS (DELETE FROM quarantine_erased WHERE source = $1::text RETURNING tombstone, at)
        INSERT INTO quarantine_erased (source, tombstone, at) SELECT $2::text, tombstone, at FROM moved
        ON CONFLICT (source, tombstone) DO UPDATE SET at = excluded.at
        """
    )
    private static let ofSource = Query("SELECT id FROM quarantine WHERE source = $1::text ORDER BY id")

    func mergeQuarantine(_ name: String, into label: String) throws -> [QuarantineID] {
        try connection.execute(Self.merge, PostgresParameters(name, label))
        try connection.execute(Self.relabelTombstones, PostgresParameters(name, label))
        return try connection.execute(Self.ofSource, PostgresParameters(name)).rows.map { row in
            QuarantineID(rawValue: try row.value(0))
        }
    }
}
