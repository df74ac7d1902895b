extension PostgresConnection {
    private static let settings = Query(
        """
        SELECT name, setting FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding')
        """
    )

    /// Roles without more rights see that a standby is connected, and not whether commits wait for it.
    private static let standbys = Query(
        """
        SELECT wanted > 0, wanted > (
            SELECT count(*) FROM pg_stat_replication WHERE sync_state IS NULL OR sync_state IN ('sync', 'quorum')
        )
        FROM (
            SELECT CASE WHEN btrim(names) = '' THEN 0
                ELSE coalesce((regexp_match(names, '^[[:space:]]*(?:FIRST|ANY)?[[:space:]]*([0-9]+)[[:space:]]*[(]', 'i'))[1]::int, 1)
                END AS wanted
            FROM (SELECT current_setting('synchronous_standby_names') AS names) AS s
        ) AS w
        """
    )

    static let noStandby = PostgresError(
        code: nil,
        message: "no synchronous standby is connected, so no commit ends",
        nextStep: "Bring the standby back, or RESET synchronous_standby_names (see Operations, When a machine is away)"
    )

    /// To be called for a new connection, before anything is written on it: a commit that waits for a standby ends no
    /// sooner than that is back, and keeps its session and its locks for as long, whatever becomes of the client.
    ///
    /// - Throws: `PostgresError` where the standby that every commit would wait for isn't connected.
    func assertCommitsEnd() throws {
        guard let row = try execute(Self.standbys).first else { return }
        waitsForStandby = try row.value(0)
        if try row.value(1) { throw Self.noStandby }
    }

    /// What ``assertSuitable()`` throws, and every transaction that finds this changed meanwhile.
    static let losesAnswers = QueueError.unsuitableDatabase(
        "fsync or full_page_writes is off there, so that a power cut loses answers"
    )

    static let pooler = "a pooler such as pgbouncer is in between, which keeps no sessions; name the server itself"

    /// Reads back what every acknowledgement relies on. To be called for every new connection: another server may have
    /// taken the former one's place.
    ///
    /// - Throws: `unsuitableDatabase` where a commit isn't durable, or where a session isn't kept.
    func assertSuitable() throws {
        // First, and not prepared: with a pooler, what is prepared may be there already.
        guard try run("SELECT pg_backend_pid()").text == "\(process)" else {
            throw QueueError.unsuitableDatabase(Self.pooler)
        }
        guard serverVersion >= 150_000 else {
            throw QueueError.unsuitableDatabase("PostgreSQL 15 or newer is needed, not \(serverVersion / 10_000)")
        }
        var wait = "on"
        for row in try execute(Self.settings).rows {
            let (name, value): (String, String) = (try row.value(0), try row.value(1))
            switch (name, value) {
            case ("fsync", "off"), ("full_page_writes", "off"): throw Self.losesAnswers
            // Promises more than `on`, and is kept.
            case ("synchronous_commit", "remote_apply"): wait = value
            case ("server_encoding", let encoding) where encoding != "UTF8":
                throw QueueError.unsuitableDatabase("its encoding is \(encoding); make one with UTF8")
            default: break
            }
        }
        // Also where the server has it so now: a session that was told doesn't follow when that is changed.
        try run("SET synchronous_commit = \(wait)")
    }
}
