extension PostgresConnection {
    private static let settings = Query(
        """
        SELECT name, setting FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding')
        """
    )
    private static let serverProcess = Query("SELECT pg_backend_pid()")

    /// Reads back what every acknowledgement relies on. To be called for every new connection: another server may have
    /// taken the former one's place.
    ///
    /// - Throws: `unsuitableDatabase` where a commit isn't durable, or where a session isn't kept.
    func assertSuitable() throws {
        guard serverVersion >= 150_000 else {
            throw QueueError.unsuitableDatabase("PostgreSQL 15 or newer is needed, not \(serverVersion / 10_000)")
        }
        for row in try execute(Self.settings).rows {
            let (name, value): (String, String) = (try row.value(0), try row.value(1))
            switch (name, value) {
            case ("fsync", "off"), ("full_page_writes", "off"):
                throw QueueError.unsuitableDatabase("\(name) is off there, so that a power cut loses answers")
            case ("synchronous_commit", "off"), ("synchronous_commit", "local"), ("synchronous_commit", "remote_write"):
                // `remote_apply` promises more than `on`, and is kept.
                try run("SET synchronous_commit = on")
            case ("server_encoding", let encoding) where encoding != "UTF8":
                throw QueueError.unsuitableDatabase("its encoding is \(encoding); make one with UTF8")
            default: break
            }
        }
        let process: Int = try execute(Self.serverProcess).first?.value(0) ?? 0
        guard process == self.process else {
            throw QueueError.unsuitableDatabase(
                "a pooler such as pgbouncer is in between, which keeps no sessions; name the server itself"
            )
        }
    }
}
