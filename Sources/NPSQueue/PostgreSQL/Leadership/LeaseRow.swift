import Foundation

/// The row by which collectors agree who forwards, and the list of those that are there.
///
/// Only what is committed counts, so each statement is a transaction of its own.
enum LeaseRow {
    /// What a look found.
    struct Found {
        let epoch: Int64
        let beat: Int64
        let term: Int64
        /// Nil when the last leader gave the lease back.
        let holder: String?
    }

    /// What `PostgresConnection.takeLease` did.
    struct Taken {
        /// Whether claims of the last leader may be missing: it forwarded from another server, whose commits waited for no
        /// standby.
        let mayLackClaims: Bool
    }

    /// Another cluster has another identifier, and a promoted standby another timeline. The control file tells the new
    /// timeline too late, so it is read from the name of the file that the log is written to.
    static let incarnation = """
        (SELECT system_identifier::text || '/' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
        FROM pg_control_system())
        """
    private static let isReplicated = "current_setting('synchronous_standby_names') <> ''"

    fileprivate static let look = Query("SELECT epoch, beat, term, holder FROM leader WHERE id = 1")
    /// The right side sees the row as it was.
    fileprivate static let taking = Query(
        """
        UPDATE leader SET epoch = epoch + 1, beat = 0, term = $3::int8, holder = $4::text,
            since = (extract(epoch FROM clock_timestamp()) * 1000)::int8,
            lacks_claims = lacks_claims OR COALESCE(incarnation <> \(incarnation), false) AND NOT replicated,
            incarnation = \(incarnation), replicated = \(isReplicated)
        WHERE id = 1 AND epoch = $1::int8 AND beat = $2::int8
        RETURNING lacks_claims
        """
    )
    fileprivate static let beating = Query(
        """
        UPDATE leader SET beat = beat + 1, replicated = \(isReplicated)
        WHERE id = 1 AND term = $1::int8 AND holder IS NOT NULL AND incarnation = \(incarnation)
        """
    )
    fileprivate static let waited = Query(
        "UPDATE leader SET lacks_claims = false WHERE id = 1 AND term = $1::int8"
    )
    /// - `$2`: whether it is done only if somebody else is there to take it.
    fileprivate static let resignation = Query(
        """
        UPDATE leader SET holder = NULL WHERE id = 1 AND term = $1::int8 AND (NOT $2::bool OR EXISTS (
            SELECT 1 FROM collectors WHERE name <> $3::text AND stands AND seen_at > now() - interval '15 seconds'
        ))
        """
    )
    fileprivate static let sign = Query(
        """
        INSERT INTO collectors AS c (name, version, stands) VALUES ($1::text, $2::text, $3::bool)
        ON CONFLICT (name) DO UPDATE SET
            version = excluded.version, stands = excluded.stands, seen_at = now(),
            started_at = CASE WHEN $4::bool THEN now() ELSE c.started_at END
        """
    )
    fileprivate static let leaving = Query("DELETE FROM collectors WHERE name = $1::text")
    fileprivate static let forgetting = Query("DELETE FROM collectors WHERE seen_at < now() - interval '1 day'")
}

extension PostgresConnection {
    func lookAtLease() throws -> LeaseRow.Found {
        guard let row = try execute(LeaseRow.look).first else { throw QueueError.damaged("who forwards is missing") }
        return LeaseRow.Found(
            epoch: try row.value(0),
            beat: try row.value(1),
            term: try row.value(2),
            holder: try row.optional(3)
        )
    }

    /// Makes this the collector that forwards, if the row is as it was seen; nil if it isn't any more. Waits for a claim that
    /// is just being committed; after this, the former holder can't make any.
    func takeLease(_ sight: Lease.Sight, as term: Int64, by name: String) throws -> LeaseRow.Taken? {
        let parameters = PostgresParameters(sight.epoch, sight.beat, term, name)
        guard let row = try execute(LeaseRow.taking, parameters).first else { return nil }
        return LeaseRow.Taken(mayLackClaims: try row.value(0))
    }

    /// False when this collector doesn't forward any more.
    func beatLease(_ term: Int64) throws -> Bool {
        try execute(LeaseRow.beating, PostgresParameters(term)).written == 1
    }

    /// Notes that what may have been claimed without a trace is over.
    func noteWait(_ term: Int64) throws {
        try execute(LeaseRow.waited, PostgresParameters(term))
    }

    /// Gives the lease back, so that another takes it at once. False when it wasn't this collector's, or when it is to be
    /// given only to somebody who is there and nobody is.
    func resignLease(_ term: Int64, of name: String, onlyToAnother: Bool) throws -> Bool {
        try execute(LeaseRow.resignation, PostgresParameters(term, onlyToAnother, name)).written == 1
    }

    /// Tells the others that this collector is there.
    ///
    /// - Parameters:
    ///   - stands: whether it would forward.
    ///   - isFirst: whether it does so for the first time since it was started.
    func sign(_ name: String, version: String, stands: Bool, isFirst: Bool) throws {
        try execute(LeaseRow.sign, PostgresParameters(name, version, stands, isFirst))
        if isFirst { try execute(LeaseRow.forgetting) }
    }

    func leave(_ name: String) throws {
        try execute(LeaseRow.leaving, PostgresParameters(name))
    }
}

extension PostgresRows {
    private static let leader = Query("SELECT holder, since FROM leader WHERE id = 1")
    private static let collectors = Query(
        """
        SELECT name, version, (extract(epoch FROM started_at) * 1000)::int8, (extract(epoch FROM seen_at) * 1000)::int8
        FROM collectors WHERE seen_at > now() - interval '1 day' ORDER BY name
        """
    )

    func leadership() throws -> Leadership? {
        guard let row = try connection.execute(Self.leader).first else { return nil }
        let since: Milliseconds? = try row.optional(1)
        let collectors = try connection.execute(Self.collectors).rows.map { row in
            let (startedAt, seenAt): (Milliseconds, Milliseconds) = (try row.value(2), try row.value(3))
            return Leadership.Collector(
                name: try row.value(0),
                version: try row.value(1),
                startedAt: startedAt.date,
                seenAt: seenAt.date
            )
        }
        let name: String? = try row.optional(0)
        return Leadership(name: name, since: name == nil ? nil : since?.date, collectors: collectors)
    }
}
