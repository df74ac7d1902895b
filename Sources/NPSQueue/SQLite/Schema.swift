import Foundation
import GRDB
import NPSModel

/// The tables, as a list of migrations. Never change one that was released: append another.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("responses and quarantine") { db in
            try db.execute(sql: FormerTables.responses)
            try db.execute(sql: FormerTables.attempts)
            try db.execute(sql: quarantine)
            try db.execute(sql: books)
        }
        migrator.registerMigration("versions") { db in
            // The content's version, as the survey tool states it; existing rows have none.
            try db.execute(sql: "ALTER TABLE responses ADD COLUMN version INTEGER")
        }
        migrator.registerMigration("quarantine: repetitions and age") { db in
            try db.execute(sql: quarantineRepetitions)
        }
        migrator.registerMigration("receipts: digest of the content") { db in
            // To compare Planhat's record with later; existing rows have none.
            try db.execute(sql: "ALTER TABLE responses ADD COLUMN content_digest TEXT")
        }
        migrator.registerMigration("persons, erasure and age") { db in
            try db.execute(sql: FormerTables.personsAndAge)
            let key = PersonKey.random()
            try db.execute(sql: "INSERT INTO person_key (id, key) VALUES (1, ?)", arguments: [key])
            try FormerTables.addPersons(of: db, by: PersonKey(key))
        }
        migrator.registerMigration("quarantine: erased") { db in
            try db.execute(sql: quarantineErased)
        }
        migrator.registerMigration("responses: held") { db in
            try db.execute(sql: FormerTables.held)
        }
        migrator.registerMigration("contents that were replaced") { db in
            try db.execute(sql: FormerTables.superseded)
        }
        migrator.registerMigration("responses: suspect") { db in
            // A `BotFlag`. For what was sent already it is unknown.
            try db.execute(sql: "ALTER TABLE responses ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0")
            try db.execute(sql: "UPDATE responses SET suspect = 1 WHERE held_until IS NOT NULL")
        }
        migrator.registerMigration("sources: labels") { db in
            // The labels that took the place of a source's name in all rows; see `ResponseQueue.relabel`.
            try db.execute(sql: "CREATE TABLE source_labels (label TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
        }
        migrator.registerMigration("responses: notes") { db in
            try db.execute(sql: FormerTables.notes)
        }
        migrator.registerMigration("clock") { db in
            try db.execute(sql: clock)
        }
        migrator.registerMigration("versions of two kinds") { db in
            // What existing rows have in `version` is one of the two.
            try db.execute(sql: "ALTER TABLE responses ADD COLUMN updated_at INTEGER")
            try db.execute(sql: "ALTER TABLE responses ADD COLUMN answered_at INTEGER")
        }
        migrator.registerMigration("keyed digests") { db in
            try db.execute(sql: FormerTables.keying)
        }
        migrator.registerMigration("responses: waiting") { db in
            try db.execute(sql: FormerTables.waiting)
        }
        migrator.registerMigration("interruption in slices") { db in
            try db.execute(sql: "ALTER TABLE books ADD COLUMN interrupted_until INTEGER")
        }
        migrator.registerMigration("quarantine: by source") { db in
            // For the sums by source, which are read at each start, without the bodies.
            try db.execute(sql: "CREATE INDEX quarantine_by_source ON quarantine (source, size)")
        }
        migrator.registerMigration("erasures that Planhat never confirmed") { db in
            try db.execute(sql: FormerTables.unconfirmed)
        }
        migrator.registerMigration("retention of parked responses") { db in
            try db.execute(sql: parkedRetention)
        }
        // From here on, foreign keys are not checked, which would read all rows.
        migrator.registerMigration("hot and cold", foreignKeyChecks: .immediate) { db in
            try addHotAndCold(to: db)
        }
        migrator.registerMigration("queue: indexes of the rarer states", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: rarerStates)
        }
        migrator.registerMigration("moving", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: moving)
        }
        migrator.registerMigration("epoch", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: epoch)
        }
        migrator.registerMigration("alerts", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: alerts)
        }
        migrator.registerMigration("statistics", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: statistics)
        }
        return migrator
    }

    /// Rows that exist already stay where they are; `SQLiteRows.upgrade` brings them over by and by, while the collector
    /// accepts and delivers.
    private static func addHotAndCold(to database: Database) throws {
        try database.execute(sql: hot)
        try database.execute(sql: cold)
        try database.execute(sql: keptFromKeying)
        guard try Int.fetchOne(database, sql: "SELECT 1 FROM responses LIMIT 1") == nil else { return }
        try database.execute(sql: "DROP TABLE response_notes; DROP TABLE attempts; DROP TABLE responses;")
    }

    /// States are those of `ResponseState.code`; ids, digests and persons have 16 bytes. Times are milliseconds since
    /// 1970. The checks repeat the rules of `ResponseLifecycle`.
    private static let hot = """
        CREATE TABLE queue (
            sequence INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4 AND state <> 3),
            source TEXT NOT NULL,
            accepted_at INTEGER NOT NULL,
            person BLOB CHECK (length(person) = 16),
            digest BLOB NOT NULL CHECK (length(digest) = 16),
            version INTEGER,
            updated_at INTEGER,
            answered_at INTEGER,
            delivery TEXT,
            superseded BLOB,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            must_upsert INTEGER NOT NULL CHECK (must_upsert BETWEEN 0 AND 1),
            suspect INTEGER NOT NULL,
            next_attempt_at INTEGER CHECK ((next_attempt_at IS NULL) = (state = 4)),
            held_until INTEGER CHECK (held_until IS NULL OR state = 1),
            received_at INTEGER NOT NULL,
            waiting_from INTEGER NOT NULL,
            closed_at INTEGER CHECK ((closed_at IS NULL) = (state <> 4)),
            planhat_id TEXT,
            reason TEXT,
            tries INTEGER NOT NULL CHECK (tries >= 0),
            history TEXT,
            notes TEXT,
            payload TEXT NOT NULL
        ) STRICT;
        CREATE INDEX queue_by_state ON queue (state);
        CREATE INDEX queue_due ON queue (next_attempt_at) WHERE state = 1;
        CREATE INDEX queue_waiting ON queue (waiting_from) WHERE state = 1 AND held_until IS NULL;
        CREATE INDEX queue_held ON queue (held_until) WHERE held_until IS NOT NULL;
        CREATE INDEX queue_by_person ON queue (person) WHERE person IS NOT NULL;
        CREATE INDEX queue_by_age ON queue (closed_at) WHERE state = 4;
        """

    private static let cold = """
        CREATE TABLE receipts (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            sequence INTEGER NOT NULL,
            state INTEGER NOT NULL CHECK (state = 3 OR state = 5),
            source TEXT NOT NULL,
            accepted_at INTEGER NOT NULL,
            person BLOB CHECK (length(person) = 16),
            digest BLOB CHECK ((digest IS NULL) = (state = 5)),
            content_digest BLOB CHECK (content_digest IS NULL OR state = 3),
            version INTEGER,
            updated_at INTEGER,
            answered_at INTEGER,
            delivery TEXT CHECK (delivery IS NULL OR state = 3),
            superseded BLOB CHECK (superseded IS NULL OR state = 3),
            revision INTEGER NOT NULL CHECK (revision >= 1),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            must_upsert INTEGER NOT NULL CHECK (must_upsert BETWEEN 0 AND 1),
            suspect INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            closed_at INTEGER NOT NULL,
            delivered_at INTEGER CHECK (delivered_at IS NOT NULL OR state = 5),
            planhat_id TEXT,
            reason TEXT,
            remote INTEGER CHECK (remote IS NULL OR (state = 5 AND remote BETWEEN 1 AND 2)),
            remote_from INTEGER,
            remote_wanted INTEGER NOT NULL CHECK (remote_wanted BETWEEN 0 AND (remote IS NOT NULL)),
            tries INTEGER NOT NULL CHECK (tries >= 0),
            history TEXT,
            notes TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX receipts_delivered ON receipts (sequence) WHERE state = 3;
        CREATE UNIQUE INDEX receipts_erased ON receipts (sequence) WHERE state = 5;
        CREATE INDEX receipts_by_person ON receipts (person, sequence) WHERE person IS NOT NULL;
        CREATE INDEX receipts_by_age ON receipts (state, closed_at) WHERE remote IS NULL;
        CREATE INDEX receipts_unconfirmed ON receipts (sequence) WHERE remote IS NOT NULL;
        CREATE INDEX receipts_erased_while_sending ON receipts (sequence) WHERE remote = 1;
        CREATE INDEX receipts_to_delete ON receipts (sequence) WHERE remote_wanted = 1;
        """

    /// What is pending is found by its sequence number: an index of all states was one page more for each response that
    /// came in.
    private static let rarerStates = """
        DROP INDEX queue_by_state;
        CREATE INDEX queue_sending ON queue (sequence) WHERE state = 2;
        CREATE INDEX queue_parked ON queue (sequence) WHERE state = 4;
        """

    /// Digests of earlier versions are keyed when their rows are brought over. Which rows have a date by a clock that
    /// nothing confirmed has to be remembered.
    private static let keptFromKeying = """
        ALTER TABLE clock ADD COLUMN undated_through INTEGER NOT NULL DEFAULT 0;
        UPDATE clock SET undated_through = COALESCE((SELECT last FROM keying), 0);
        DROP TABLE keying;
        ALTER TABLE books ADD COLUMN last_sequence INTEGER NOT NULL DEFAULT 0 CHECK (last_sequence >= 0);
        UPDATE books SET last_sequence = COALESCE((SELECT MAX(sequence) FROM responses), 0);
        """

    /// A `MoveMark`, or nothing. Programs that don't know the table refuse the file, marked or not.
    private static let moving = """
        CREATE TABLE moving (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            token TEXT NOT NULL,
            stage TEXT NOT NULL,
            other TEXT NOT NULL,
            last_response INTEGER NOT NULL,
            last_entry INTEGER NOT NULL,
            is_complete INTEGER NOT NULL CHECK (is_complete BETWEEN 0 AND 1)
        ) STRICT;
        """

    /// A `QueueEpoch`, from the first opening by a version that knows it on.
    private static let epoch = """
        CREATE TABLE epoch (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            lineage TEXT NOT NULL,
            number INTEGER NOT NULL CHECK (number >= 0),
            upserts_through INTEGER NOT NULL CHECK (upserts_through >= 0),
            restored_at INTEGER,
            sends_from INTEGER CHECK (sends_from IS NULL OR restored_at IS NOT NULL)
        ) STRICT;
        """

    /// `KeptAlert`s, `KeptMessage`s and `SourceRecord`s.
    private static let alerts = """
        CREATE TABLE alerts (
            collector TEXT NOT NULL,
            alert TEXT NOT NULL,
            source TEXT NOT NULL,
            incident TEXT NOT NULL,
            since INTEGER NOT NULL,
            told_at INTEGER,
            PRIMARY KEY (collector, alert, source)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE alert_messages (
            id TEXT PRIMARY KEY,
            collector TEXT NOT NULL,
            alert TEXT NOT NULL,
            source TEXT NOT NULL,
            event TEXT NOT NULL,
            place INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            claimed_until INTEGER,
            data TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE source_activity (
            source TEXT PRIMARY KEY,
            deliveries INTEGER NOT NULL CHECK (deliveries >= 0),
            fruitful INTEGER NOT NULL CHECK (fruitful >= 0),
            ignored INTEGER NOT NULL CHECK (ignored >= 0),
            refused INTEGER NOT NULL CHECK (refused >= 0),
            without_room INTEGER NOT NULL CHECK (without_room >= 0),
            last_delivery_at INTEGER,
            history TEXT
        ) STRICT, WITHOUT ROWID;
        """

    /// A `ParkedRetention`; nothing is announced yet, so that an upgrade erases nothing without notice.
    private static let parkedRetention = """
        CREATE TABLE parked_retention (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            period INTEGER CHECK (period >= 0),
            announced_at INTEGER,
            CHECK ((period IS NULL) = (announced_at IS NULL))
        ) STRICT;
        INSERT INTO parked_retention (id) VALUES (1);
        """

    /// A `ConfirmedTime`, which no clock has confirmed yet.
    private static let clock = """
        CREATE TABLE clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            confirmed INTEGER,
            claimed INTEGER,
            claimed_for INTEGER NOT NULL DEFAULT 0 CHECK (claimed_for >= 0)
        ) STRICT;
        INSERT INTO clock (id) VALUES (1);
        """

    /// Tombstones, so that a sender's retry doesn't bring back what was erased.
    private static let quarantineErased = """
        CREATE TABLE quarantine_erased (
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (source, key)
        ) STRICT, WITHOUT ROWID;
        """

    private static let quarantine = """
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            delivery_id TEXT,
            content_type TEXT,
            received_at INTEGER NOT NULL,
            problems TEXT NOT NULL,
            size INTEGER NOT NULL CHECK (size > 0),
            body BLOB NOT NULL,
            UNIQUE (source, key)
        ) STRICT;
        """

    /// A column's default can't be another column, so existing rows get their value from an UPDATE.
    private static let quarantineRepetitions = """
        ALTER TABLE quarantine ADD COLUMN times_seen INTEGER NOT NULL DEFAULT 1 CHECK (times_seen >= 1);
        ALTER TABLE quarantine ADD COLUMN last_seen_at INTEGER NOT NULL DEFAULT 0;
        UPDATE quarantine SET last_seen_at = received_at;
        CREATE INDEX quarantine_by_age ON quarantine (received_at);
        """

    private static let books = """
        CREATE TABLE books (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted >= 0),
            pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),
            sending INTEGER NOT NULL DEFAULT 0 CHECK (sending >= 0),
            delivered INTEGER NOT NULL DEFAULT 0 CHECK (delivered >= 0),
            parked INTEGER NOT NULL DEFAULT 0 CHECK (parked >= 0),
            erased INTEGER NOT NULL DEFAULT 0 CHECK (erased >= 0),
            quarantined INTEGER NOT NULL DEFAULT 0 CHECK (quarantined >= 0),
            quarantined_bytes INTEGER NOT NULL DEFAULT 0 CHECK (quarantined_bytes >= 0),
            probed_at INTEGER
        ) STRICT;
        INSERT INTO books (id) VALUES (1);
        """
}
