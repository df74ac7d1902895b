import Foundation

/// The tables in PostgreSQL. Several collectors may start at the same time, and programs of two neighbouring versions may
/// use them at the same time: a step only adds, and runs once, under a lock.
enum PostgresSchema {
    /// What this program knows. A database with a newer schema is used only if that says that it may be.
    static let version = steps.count
    /// In the place of a version, it keeps all programs out of a database that has a ``MoveMark``, also those that know of
    /// none.
    static let marked = Int(Int32.max)
    /// The oldest program that can use what this one makes of the tables.
    private static let oldestProgram = 1

    /// The first version that can open what is sealed.
    private static let payloadKeysVersion = (steps.firstIndex(of: payloadKeys) ?? steps.count) + 1

    private static let current = Query(
        """
        SELECT max(version) FILTER (WHERE version < \(marked)), max(oldest_program) FILTER (WHERE version < \(marked)),
            count(*) FILTER (WHERE version = \(marked)) > 0
        FROM schema_version
        """
    )
    private static let mark = Query("SELECT \(MoveMark.Columns.selection) FROM moving")
    private static let note = Query("INSERT INTO schema_version (version, oldest_program) VALUES ($1::int8, $2::int8)")
    private static let keyInsertion = Query("INSERT INTO person_key (id, key) VALUES (1, $1::bytea)")
    private static let isThere = Query("SELECT to_regclass($1::text) IS NOT NULL")
    private static let lock = Query("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))")
    /// Roles without more rights don't see who it is that holds a lock, but which lock: readers and writers hold others.
    private static let vacuum = Query(
        """
        SELECT EXISTS (
            SELECT 1 FROM pg_locks WHERE granted AND mode = 'ShareUpdateExclusiveLock'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND relation IN (SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace($1::text))
        )
        """
    )
    /// The server ends its own vacuum for whoever has waited for it for as long as the setting says.
    private static let longWait = """
        SELECT set_config('lock_timeout', LEAST(
            (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::int8 + 500, 3500
        )::text, true)
        """

    /// Makes what is missing.
    ///
    /// - Parameters:
    ///   - isMoving: also if the database has a ``MoveMark``.
    ///   - patience: for how long it waits for others that are at work on the tables. The server's limit for a lock comes
    ///     first, so it may be tried several times.
    /// - Throws: `newerSchema`, `moved`, `unfinishedMove`, and what the server answers.
    static func prepare(
        _ connection: PostgresConnection,
        for address: PostgresAddress,
        isMoving: Bool = false,
        patience: Duration = .seconds(20)
    ) throws {
        let unused = try unusedPayloadKeys(on: connection, for: address, isMoving: isMoving)
        let deadline = ContinuousClock.now + patience
        // Whether to wait for as long as others may have to wait, too.
        var waitsLong = false
        while true {
            do {
                return try migrate(connection, for: address, isMoving: isMoving, waitsLong: waitsLong, unused)
            } catch let error as PostgresError where error.meaning == .again && .now < deadline {
                try connection.run("ROLLBACK")
            } catch let error as TablesInUse {
                try connection.run("ROLLBACK")
                guard .now < deadline else { throw error.refusal }
                // Each other time: somebody's own vacuum isn't ended for this.
                waitsLong = try !waitsLong && isVacuumed(connection, address)
                // Whoever waits behind this gets their turn.
                Thread.sleep(forTimeInterval: Double.random(in: 0.5...1.5))
            }
        }
    }

    /// A step can't have a table for itself.
    private struct TablesInUse: Error {
        let refusal = QueueError.database(
            """
            its tables have to be changed for this version, and a dump, a VACUUM or another long transaction doesn't let them go
            """,
            nextStep: "Wait for its end, and start again"
        )
    }

    private static func isVacuumed(_ connection: PostgresConnection, _ address: PostgresAddress) throws -> Bool {
        try connection.execute(vacuum, PostgresParameters(address.schema)).first?.value(0) ?? false
    }

    static func missingRight(to schema: String) -> QueueError {
        .unsuitableDatabase(
            "its user may not make the schema \(schema) with tables in it; make that schema, and give it to that user"
        )
    }

    private static func migrate(
        _ connection: PostgresConnection,
        for address: PostgresAddress,
        isMoving: Bool,
        waitsLong: Bool,
        _ unused: [String]
    ) throws {
        try connection.run("BEGIN")
        // Held until the commit: another collector that starts at the same time waits, and then finds all done.
        try connection.execute(lock, PostgresParameters("nps-collector \(address.schema)"))
        let made = try connection.execute(isThere, PostgresParameters("\(address.schema).schema_version"))
        if try made.first?.value(0) != true {
            let schema = try connection.run("SELECT to_regnamespace('\(address.schema)') IS NULL AS missing")
            // A role that may not make schemas is given one.
            do throws(PostgresError) {
                if schema.text == "t" { try connection.run("CREATE SCHEMA \(address.schema)") }
                try connection.run(versions)
            } catch {
                if error.code == PostgresError.missingRight { throw missingRight(to: address.schema) }
                throw error
            }
        }
        let done = try version(on: connection, for: address, isMoving: isMoving)
        // Other collectors may be at work, and all of them would wait behind this.
        if done > 0, done < version { try connection.run(waitsLong ? longWait : "SET LOCAL lock_timeout = '200ms'") }
        for (index, step) in steps.enumerated().dropFirst(done) {
            do throws(PostgresError) {
                try connection.run(step)
            } catch {
                if error.code == PostgresError.lockTimeout { throw TablesInUse() }
                throw error
            }
            if index == 0 { try connection.execute(keyInsertion, PostgresParameters(PersonKey.random())) }
            try connection.execute(note, PostgresParameters(index + 1, oldestProgram))
        }
        let register = try PayloadKeyRegister(reading: connection)
        try register.check(address.payloadKeys)
        // What is moved out of a database isn't sealed in it.
        let admits = isMoving ? try connection.run("SELECT NOT EXISTS (SELECT 1 FROM responses)").text == "t" : true
        if admits { try register.admit(address.payloadKeys, unused: unused) }
        try connection.run("COMMIT")
    }

    /// What ``PayloadKeyRegister/checkUse(_:)`` returns. It may take long, so nobody is to wait for it.
    private static func unusedPayloadKeys(
        on connection: PostgresConnection,
        for address: PostgresAddress,
        isMoving: Bool
    ) throws -> [String] {
        let table = PostgresParameters("\(address.schema).payload_keys")
        guard try connection.execute(isThere, table).first?.value(0) == true else { return [] }
        try version(on: connection, for: address, isMoving: isMoving)
        let register = try PayloadKeyRegister(reading: connection)
        try register.check(address.payloadKeys)
        return try register.checkUse(address.payloadKeys)
    }

    private static let raise = Query("UPDATE schema_version SET oldest_program = $1::int8 WHERE version = $1::int8")

    /// From now on. Until a key is used, they may share the database.
    static func keepOutProgramsWithoutPayloadKeys(_ connection: PostgresConnection) throws {
        try connection.execute(raise, PostgresParameters(payloadKeysVersion))
    }

    /// What has been done of the steps. Throws `newerSchema` when that is more than this program can cope with.
    ///
    /// - Parameter isMoving: returns it also if the database has a ``MoveMark``, and otherwise throws what that says.
    @discardableResult
    static func version(
        on connection: PostgresConnection,
        for address: PostgresAddress,
        isMoving: Bool = false
    ) throws -> Int {
        let row = try connection.execute(current).first
        let done: Int = try row?.optional(0) ?? 0
        let oldest: Int = try row?.optional(1) ?? 0
        if !isMoving, try row?.value(2) == true {
            guard let row = try connection.execute(mark).first else { throw QueueError.newerSchema(path: "\(address)") }
            throw try MoveMark(row.named(MoveMark.Columns.self)).refusal(of: "\(address)")
        }
        guard done <= version || oldest <= version else { throw QueueError.newerSchema(path: "\(address)") }
        return done
    }
}
