/// The tables of the quarantine.
extension Schema {
    static let quarantine = """
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
    static let quarantineRepetitions = """
        ALTER TABLE quarantine ADD COLUMN times_seen INTEGER NOT NULL DEFAULT 1 CHECK (times_seen >= 1);
        ALTER TABLE quarantine ADD COLUMN last_seen_at INTEGER NOT NULL DEFAULT 0;
        UPDATE quarantine SET last_seen_at = received_at;
        CREATE INDEX quarantine_by_age ON quarantine (received_at);
        """

    /// Tombstones, so that a sender's retry doesn't bring back what was erased.
    static let quarantineErased = """
        CREATE TABLE quarantine_erased (
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (source, key)
        ) STRICT, WITHOUT ROWID;
        """
}
