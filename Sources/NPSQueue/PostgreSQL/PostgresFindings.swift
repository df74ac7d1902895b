/// What can be told of a PostgreSQL before a collector uses it. Nothing there is changed.
package struct PostgresFindings: Sendable, Hashable {
    /// Such as `15.8`.
    package let version: String
    /// Whether a commit waits for another machine.
    package let isReplicated: Bool
    /// Whether the queue's tables are there.
    package let hasTables: Bool
    /// Whether its log gets the values of statements, which is what people answer.
    package let logsValues: Bool
    /// Whether the key that this collector would seal with is the first that the database gets, or a new one; nil for no
    /// key, and for one that is known there.
    package let newKey: NewKey?

    package enum NewKey: Sendable, Hashable {
        case first
        case another
    }

    private static let facts = Query(
        """
        SELECT current_setting('server_version'), current_setting('synchronous_standby_names') <> '',
            to_regclass($1::text) IS NOT NULL,
            coalesce(
                has_schema_privilege(to_regnamespace($2::text)::oid, 'CREATE'),
                has_database_privilege(current_database(), 'CREATE')
            ),
            current_setting('log_parameter_max_length') <> '0' AND (
                current_setting('log_statement') IN ('mod', 'all')
                OR current_setting('log_min_duration_statement') <> '-1'
                OR current_setting('log_min_duration_sample') <> '-1'
            ) OR current_setting('log_parameter_max_length_on_error') <> '0'
        """
    )

    /// Connects as a collector would.
    ///
    /// - Throws: why a collector would not start.
    package init(of address: PostgresAddress) throws(QueueError) {
        do {
            let connection = try PostgresConnection(address.parameters(lane: "check"))
            defer { connection.close() }
            try connection.assertSuitable()
            try connection.assertCommitsEnd()
            let names = PostgresParameters("\(address.schema).schema_version", address.schema)
            guard let row = try connection.execute(Self.facts, names).first else {
                throw QueueError.database("it said nothing of itself")
            }
            (version, isReplicated, hasTables) = (try row.value(0), try row.value(1), try row.value(2))
            logsValues = try row.value(4)
            let mayMakeTables: Bool = try row.value(3)
            guard hasTables || mayMakeTables else { throw PostgresSchema.missingRight(to: address.schema) }
            if hasTables { try PostgresSchema.version(on: connection, for: address) }
            newKey = try Self.newKey(address.payloadKeys, hasTables: hasTables, on: connection)
        } catch {
            throw QueueError(postgres: error)
        }
    }

    /// Throws what ``PayloadKeyRegister`` has against a start.
    private static func newKey(
        _ keys: PayloadKeys,
        hasTables: Bool,
        on connection: PostgresConnection
    ) throws -> NewKey? {
        // Version 1 has no such table.
        guard hasTables, try connection.run("SELECT to_regclass('payload_keys') IS NOT NULL").text == "t" else {
            return keys.isEmpty ? nil : .first
        }
        let register = try PayloadKeyRegister(reading: connection)
        try register.check(keys)
        try register.checkUse(keys)
        guard register.isNew(keys) else { return nil }
        return register.isEmpty ? .first : .another
    }

    /// For people.
    package var sentence: String {
        let tables = hasTables ? "has the queue's tables" : "has no tables of a queue yet; the first start makes them"
        let copies =
            isReplicated
            ? "Every commit waits for a standby."
            : "It has no synchronous standby: a failover may lose what was acknowledged in the last moments."
        let log =
            logsValues
            ? " Its log gets what people answer: set log_parameter_max_length and log_parameter_max_length_on_error to 0."
            : ""
        let key =
            switch newKey {
            case nil: ""
            case .first:
                " The payload key is its first: stop all collectors before one starts with it, and give it to all of them."
            case .another: " The first payload key is new there: list it behind the old one everywhere before that."
            }
        return "queue.url: PostgreSQL \(version), which \(tables). \(copies)\(log)\(key)"
    }
}
