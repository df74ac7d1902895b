/// The tables of what the queue knows of itself, and the collector of its sources.
extension Schema {
    static let books = """
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

    /// A `ConfirmedTime`, which no clock has confirmed yet.
    static let clock = """
        CREATE TABLE clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            confirmed INTEGER,
            claimed INTEGER,
            claimed_for INTEGER NOT NULL DEFAULT 0 CHECK (claimed_for >= 0)
        ) STRICT;
        INSERT INTO clock (id) VALUES (1);
        """

    /// A `ParkedRetention`; nothing is announced yet, so that an upgrade erases nothing without notice.
    static let parkedRetention = """
        CREATE TABLE parked_retention (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            period INTEGER CHECK (period >= 0),
            announced_at INTEGER,
            CHECK ((period IS NULL) = (announced_at IS NULL))
        ) STRICT;
        INSERT INTO parked_retention (id) VALUES (1);
        """

    /// A `MoveMark`, or nothing. Programs that don't know the table refuse the file, marked or not.
    static let moving = """
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
    static let epoch = """
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
    static let alerts = """
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
}
