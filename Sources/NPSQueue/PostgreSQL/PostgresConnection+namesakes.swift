import Logging

extension PostgresConnection {
    /// Sessions of whoever has this name, with where they come from; never this one, whose lane has another name.
    private static let namesakes = Query(
        """
        SELECT coalesce(host(client_addr), 'the server itself'), coalesce(host(inet_client_addr()), 'the server itself'),
            min(backend_start)::timestamptz(0)::text
        FROM pg_stat_activity
        WHERE datname = current_database() AND application_name IN (
            SELECT 'nps-collector/' || $1::text || '/' || lane FROM unnest('{intake-1,intake-2,work,lease}'::text[]) AS lane
        )
        GROUP BY client_addr
        """
    )

    /// Tells the log of others that have the collector's name. They may be the same collector, which is just being
    /// restarted, so it's no reason not to start. To be called before it has sessions of its own.
    func reportNamesakes(of address: PostgresAddress, _ logger: Logger) throws {
        for row in try execute(Self.namesakes, PostgresParameters(address.name)).rows {
            let (other, own, since): (String, String, String) = (try row.value(0), try row.value(1), try row.value(2))
            logger.warning(
                """
                another collector with this name is connected to the database: unless it is this one, which is just being \
                restarted, give each its own queue.name
                """,
                metadata: ["name": "\(address.name)", "other": "\(other)", "this": "\(own)", "since": "\(since)"]
            )
        }
    }
}
