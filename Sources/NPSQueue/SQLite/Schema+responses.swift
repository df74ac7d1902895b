/// The tables of responses: those that are not yet delivered, and the receipts.
extension Schema {
    /// States are those of `ResponseState.code`; ids, digests and persons have 16 bytes. Times are milliseconds since
    /// 1970. The checks repeat the rules of `ResponseLifecycle`.
    static let hot = """
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

    static let cold = """
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
    static let rarerStates = """
        DROP INDEX queue_by_state;
        CREATE INDEX queue_sending ON queue (sequence) WHERE state = 2;
        CREATE INDEX queue_parked ON queue (sequence) WHERE state = 4;
        """

    /// Digests of earlier versions are keyed when their rows are brought over. Which rows have a date by a clock that
    /// nothing confirmed has to be remembered.
    static let keptFromKeying = """
        ALTER TABLE clock ADD COLUMN undated_through INTEGER NOT NULL DEFAULT 0;
        UPDATE clock SET undated_through = COALESCE((SELECT last FROM keying), 0);
        DROP TABLE keying;
        ALTER TABLE books ADD COLUMN last_sequence INTEGER NOT NULL DEFAULT 0 CHECK (last_sequence >= 0);
        UPDATE books SET last_sequence = COALESCE((SELECT MAX(sequence) FROM responses), 0);
        """
}
