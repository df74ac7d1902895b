extension Schema {
    /// Tallies as `TallyCode` has them, by day; what came and went, by hour; and what operators did.
    ///
    /// `tallied` has a row when all that waits is counted, as it stays: no earlier version opens the file any more.
    static let statistics = """
        ALTER TABLE queue ADD COLUMN tally TEXT;
        ALTER TABLE receipts ADD COLUMN tally TEXT;
        CREATE TABLE tallies (
            tally TEXT NOT NULL,
            source TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (tally, source)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE tallied (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT;
        CREATE TABLE traffic (
            hour INTEGER PRIMARY KEY,
            arrivals INTEGER NOT NULL,
            deliveries INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE audit (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_action ON audit (action, number);
        CREATE INDEX audit_by_age ON audit (at);
        """
}
