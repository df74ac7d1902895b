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

    private static let steps = [first, lease, payloadKeys, moving, undated, alerts, statistics]
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
        while true {
            do {
                return try migrate(connection, for: address, isMoving: isMoving, unused)
            } catch let error as PostgresError where error.meaning == .again && .now < deadline {
                try connection.run("ROLLBACK")
            } catch let error as TablesInUse {
                try connection.run("ROLLBACK")
                guard .now < deadline else { throw error.refusal }
                // Whoever waits behind this gets their turn.
                Thread.sleep(forTimeInterval: Double.random(in: 0.5...1.5))
            }
        }
    }

    /// A step can't have a table for itself.
    private struct TablesInUse: Error {
        let refusal = QueueError.database(
            """
            its tables have to be changed for this version, and a dump or another long transaction is reading them: wait for its \
            end, and start again
            """
        )
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
        if done > 0, done < version { try connection.run("SET LOCAL lock_timeout = '200ms'") }
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

    private static let versions = """
        CREATE TABLE schema_version (version integer PRIMARY KEY, oldest_program integer NOT NULL)
        """

    /// States are those of `ResponseState.code`; ids, digests and persons are 128 bits. Times are milliseconds since
    /// 1970. The checks repeat the rules of `ResponseLifecycle`.
    ///
    /// `term` is that of the collector that is sending the response. The payload is text and never `jsonb`, which refuses
    /// what people write.
    private static let responses = """
        CREATE SEQUENCE response_sequence;
        CREATE TABLE responses (
            sequence bigint NOT NULL,
            accepted_at bigint NOT NULL,
            received_at bigint NOT NULL,
            waiting_from bigint NOT NULL,
            next_attempt_at bigint CHECK ((next_attempt_at IS NOT NULL) = (state IN (1, 2))),
            held_until bigint CHECK (held_until IS NULL OR state = 1),
            closed_at bigint CHECK ((closed_at IS NULL) = (state IN (1, 2))),
            delivered_at bigint CHECK (delivered_at IS NOT NULL OR state <> 3),
            remote_from bigint,
            version bigint,
            updated_at bigint,
            answered_at bigint,
            term bigint CHECK ((term IS NOT NULL) = (state = 2 OR remote IS NOT DISTINCT FROM 1)),
            id uuid NOT NULL,
            person uuid,
            digest uuid CHECK ((digest IS NULL) = (state = 5)),
            content_digest uuid CHECK (content_digest IS NULL OR state = 3),
            revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
            attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
            state smallint NOT NULL CHECK (state BETWEEN 1 AND 5),
            suspect smallint NOT NULL DEFAULT 0,
            remote smallint CHECK (remote IS NULL OR (state = 5 AND remote BETWEEN 1 AND 2)),
            must_upsert boolean NOT NULL DEFAULT false,
            remote_wanted boolean NOT NULL DEFAULT false CHECK (NOT remote_wanted OR remote IS NOT NULL),
            source text NOT NULL,
            delivery text CHECK (delivery IS NULL OR state <> 5),
            superseded bytea CHECK (superseded IS NULL OR state <> 5),
            planhat_id text,
            reason text,
            history text,
            notes text,
            payload text CHECK ((payload IS NOT NULL) = (state IN (1, 2, 4)))
        ) WITH (
            fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
            autovacuum_vacuum_cost_delay = 1, autovacuum_analyze_scale_factor = 0.05
        );
        CREATE UNIQUE INDEX responses_id ON responses (id);
        CREATE UNIQUE INDEX responses_sequence ON responses (sequence);
        CREATE INDEX responses_due ON responses (next_attempt_at, sequence) WHERE state = 1;
        CREATE INDEX responses_waiting ON responses (waiting_from) WHERE state = 1 AND held_until IS NULL;
        CREATE INDEX responses_held ON responses (held_until) WHERE held_until IS NOT NULL;
        CREATE INDEX responses_open ON responses (state, sequence) WHERE state <> 3;
        CREATE INDEX responses_person ON responses (person, sequence) WHERE person IS NOT NULL;
        CREATE INDEX responses_age ON responses (state, closed_at) WHERE closed_at IS NOT NULL AND remote IS NULL;
        CREATE INDEX responses_unconfirmed ON responses (sequence) WHERE remote IS NOT NULL;
        CREATE INDEX responses_erased_while_sending ON responses (sequence) WHERE remote = 1;
        CREATE INDEX responses_to_delete ON responses (sequence) WHERE remote_wanted;
        """

    /// Each connection that writes has a row of its own in the books, so that no two wait for each other; the sums count.
    /// What is in a row alone may be negative.
    private static let books = """
        CREATE TABLE books (
            writer text PRIMARY KEY,
            accepted bigint NOT NULL DEFAULT 0,
            pending bigint NOT NULL DEFAULT 0,
            sending bigint NOT NULL DEFAULT 0,
            delivered bigint NOT NULL DEFAULT 0,
            parked bigint NOT NULL DEFAULT 0,
            erased bigint NOT NULL DEFAULT 0,
            quarantined bigint NOT NULL DEFAULT 0,
            quarantined_bytes bigint NOT NULL DEFAULT 0,
            removed_delivered bigint NOT NULL DEFAULT 0,
            removed_erased bigint NOT NULL DEFAULT 0,
            unconfirmed bigint NOT NULL DEFAULT 0,
            probed_at bigint
        ) WITH (fillfactor = 25, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
        CREATE TABLE quarantine_shares (
            writer text NOT NULL,
            source text NOT NULL,
            entries bigint NOT NULL DEFAULT 0,
            bytes bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (writer, source)
        ) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
        """

    /// Who forwards: whoever wrote its term last. All claims are made under it, and lock this row.
    private static let leader = """
        CREATE TABLE leader (
            id smallint PRIMARY KEY CHECK (id = 1),
            epoch bigint NOT NULL,
            term bigint NOT NULL,
            holder text,
            interrupted_until bigint
        ) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
        INSERT INTO leader (id, epoch, term) VALUES (1, 0, 0);
        """

    /// In the quarantine, a payload is known by the keyed digest of its key, which may be too long for an index.
    private static let quarantine = """
        CREATE TABLE quarantine (
            id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            received_at bigint NOT NULL,
            last_seen_at bigint NOT NULL,
            times_seen bigint NOT NULL DEFAULT 1 CHECK (times_seen >= 1),
            size bigint NOT NULL CHECK (size > 0),
            source text NOT NULL,
            tombstone text NOT NULL,
            delivery_id text,
            content_type text,
            problems text NOT NULL,
            body bytea NOT NULL,
            UNIQUE (source, tombstone)
        );
        CREATE INDEX quarantine_by_age ON quarantine (received_at);
        CREATE TABLE quarantine_erased (
            source text NOT NULL,
            tombstone text NOT NULL,
            at bigint NOT NULL,
            PRIMARY KEY (source, tombstone)
        );
        CREATE INDEX quarantine_erased_by_age ON quarantine_erased (at);
        """

    private static let rest = """
        CREATE TABLE person_key (
            id smallint PRIMARY KEY CHECK (id = 1),
            key bytea NOT NULL CHECK (length(key) = 32)
        );
        CREATE TABLE clock (
            id smallint PRIMARY KEY CHECK (id = 1),
            confirmed bigint,
            claimed bigint,
            claimed_for bigint NOT NULL DEFAULT 0 CHECK (claimed_for >= 0)
        );
        INSERT INTO clock (id) VALUES (1);
        CREATE TABLE parked_retention (
            id smallint PRIMARY KEY CHECK (id = 1),
            period bigint CHECK (period >= 0),
            announced_at bigint,
            CHECK ((period IS NULL) = (announced_at IS NULL))
        );
        INSERT INTO parked_retention (id) VALUES (1);
        CREATE TABLE source_labels (label text PRIMARY KEY);
        """

    /// A `MoveMark`, or nothing.
    private static let moving = """
        CREATE TABLE moving (
            id smallint PRIMARY KEY CHECK (id = 1),
            token text NOT NULL,
            stage text NOT NULL,
            other text NOT NULL,
            last_response bigint NOT NULL,
            last_entry bigint NOT NULL,
            is_complete boolean NOT NULL
        );
        """

    /// Up to which response a file of an early version, from which the queue was moved, kept no confirmed time.
    private static let undated = "ALTER TABLE clock ADD COLUMN undated_through bigint NOT NULL DEFAULT 0"

    /// `KeptAlert`s, `KeptMessage`s and `SourceRecord`s.
    private static let alerts = """
        CREATE TABLE alerts (
            collector text NOT NULL,
            alert text NOT NULL,
            source text NOT NULL,
            incident text NOT NULL,
            since bigint NOT NULL,
            told_at bigint,
            PRIMARY KEY (collector, alert, source)
        );
        CREATE TABLE alert_messages (
            id text PRIMARY KEY,
            collector text NOT NULL,
            alert text NOT NULL,
            source text NOT NULL,
            event text NOT NULL,
            place bigint NOT NULL,
            created_at bigint NOT NULL,
            attempts bigint NOT NULL CHECK (attempts >= 0),
            claimed_until bigint,
            data text NOT NULL
        );
        CREATE TABLE source_activity (
            source text PRIMARY KEY,
            deliveries bigint NOT NULL CHECK (deliveries >= 0),
            fruitful bigint NOT NULL CHECK (fruitful >= 0),
            ignored bigint NOT NULL CHECK (ignored >= 0),
            refused bigint NOT NULL CHECK (refused >= 0),
            without_room bigint NOT NULL CHECK (without_room >= 0),
            last_delivery_at bigint,
            history text
        ) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
        """

    /// Codes and sources are compared byte by byte, so that codes are in the order of the days.
    ///
    /// In `responses`, a program of an earlier version leaves the tally as it is, which `PostgresRows.untallied(after:limit:)`
    /// finds. That table is changed last: from then on to the commit, all who use it wait.
    private static let statistics = """
        CREATE TABLE tallies (
            writer text NOT NULL,
            tally text COLLATE "C" NOT NULL,
            source text COLLATE "C" NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (tally, source, writer)
        ) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
        CREATE TABLE traffic (
            writer text NOT NULL,
            hour bigint NOT NULL,
            arrivals bigint NOT NULL,
            deliveries bigint NOT NULL,
            PRIMARY KEY (hour, writer)
        ) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
        CREATE TABLE audit (
            number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            at bigint NOT NULL,
            actor text NOT NULL,
            action text NOT NULL,
            subject text NOT NULL,
            outcome text NOT NULL
        );
        CREATE INDEX audit_by_action ON audit (action, number);
        CREATE INDEX audit_by_age ON audit (at);
        ALTER TABLE responses ADD COLUMN tally text COLLATE "C";
        """

    private static let first = [responses, books, leader, quarantine, rest].joined(separator: "\n")

    /// The leader's row gets what an agreement needs without a common clock, see `Lease` and `LeaseRow`. A program of the
    /// version before takes over when it starts, and never beats; then it is taken from it.
    ///
    /// `since` and the times in `collectors` are the server's, and only shown.
    private static let lease = """
        ALTER TABLE leader
            ADD COLUMN beat bigint NOT NULL DEFAULT 0,
            ADD COLUMN since bigint,
            ADD COLUMN incarnation text,
            ADD COLUMN replicated boolean NOT NULL DEFAULT false,
            ADD COLUMN lacks_claims boolean NOT NULL DEFAULT false;
        CREATE TABLE collectors (
            name text PRIMARY KEY,
            version text NOT NULL,
            stands boolean NOT NULL,
            started_at timestamptz NOT NULL DEFAULT now(),
            seen_at timestamptz NOT NULL DEFAULT now()
        ) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
        """

    /// No key, but by what a collector tells that its own is the same; and whether nothing was found that it has sealed.
    private static let payloadKeys = """
        CREATE TABLE payload_keys (
            kid text PRIMARY KEY,
            digest bytea NOT NULL CHECK (length(digest) = 32),
            unused boolean NOT NULL DEFAULT false
        );
        """
}
