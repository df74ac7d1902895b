import GRDB
import NPSModel

/// The tables in which earlier versions kept all responses, one for every state, and how they grew. A file of such a version
/// still has them until its rows are brought over.
enum FormerTables {
    /// All times are milliseconds since 1970. The checks repeat the rules of `ResponseLifecycle`, so that a bug can't
    /// silently write a row that contradicts itself.
    static let responses = """
        CREATE TABLE responses (
            sequence INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'delivered', 'parked', 'erased')),
            source TEXT NOT NULL,
            payload TEXT,
            digest TEXT NOT NULL,
            revision INTEGER NOT NULL CHECK (revision >= 1),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            must_upsert INTEGER NOT NULL CHECK (must_upsert IN (0, 1)),
            next_attempt_at INTEGER,
            received_at INTEGER NOT NULL,
            accepted_at INTEGER NOT NULL,
            delivered_at INTEGER,
            planhat_id TEXT,
            reason TEXT,
            CHECK ((payload IS NOT NULL) = (state IN ('pending', 'sending', 'parked'))),
            CHECK ((next_attempt_at IS NOT NULL) = (state IN ('pending', 'sending'))),
            CHECK (state <> 'delivered' OR delivered_at IS NOT NULL)
        ) STRICT;
        -- Queries for the earliest row name their index: without statistics, the planner thinks that the one on the
        -- state is more selective, and sorts a million rows.
        CREATE INDEX responses_by_state ON responses (state);
        CREATE INDEX responses_due ON responses (next_attempt_at) WHERE state = 'pending';
        CREATE INDEX responses_waiting ON responses (received_at) WHERE state = 'pending';
        """

    static let attempts = """
        CREATE TABLE attempts (
            response INTEGER NOT NULL REFERENCES responses (sequence),
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'retry', 'ambiguous', 'parked')),
            reason TEXT,
            PRIMARY KEY (response, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// Rows that are delivered already no longer have the address: they can't be found by it.
    static let personsAndAge = """
        CREATE TABLE person_key (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            key BLOB NOT NULL CHECK (length(key) = 32)
        ) STRICT;
        ALTER TABLE responses ADD COLUMN person TEXT;
        ALTER TABLE responses ADD COLUMN closed_at INTEGER;
        ALTER TABLE responses ADD COLUMN remote TEXT
            CHECK (remote IN ('sending', 'record') AND (remote IS NULL OR state = 'erased'));
        ALTER TABLE responses ADD COLUMN remote_from INTEGER;
        UPDATE responses SET closed_at = COALESCE(delivered_at, received_at)
            WHERE state IN ('delivered', 'parked', 'erased');
        CREATE INDEX responses_by_person ON responses (person) WHERE person IS NOT NULL;
        CREATE INDEX responses_by_age ON responses (state, closed_at) WHERE closed_at IS NOT NULL;
        ALTER TABLE books ADD COLUMN removed_delivered INTEGER NOT NULL DEFAULT 0 CHECK (removed_delivered >= 0);
        ALTER TABLE books ADD COLUMN removed_erased INTEGER NOT NULL DEFAULT 0 CHECK (removed_erased >= 0);
        """

    /// Until this version, a response was held if its first attempt was still to come.
    static let held = """
        ALTER TABLE responses ADD COLUMN held_until INTEGER CHECK (held_until IS NULL OR state = 'pending');
        UPDATE responses SET held_until = next_attempt_at
            WHERE state = 'pending' AND attempts = 0 AND must_upsert = 0 AND reason IS NULL
                AND next_attempt_at > accepted_at;
        CREATE INDEX responses_held ON responses (held_until) WHERE held_until IS NOT NULL;
        DROP INDEX responses_waiting;
        CREATE INDEX responses_waiting ON responses (received_at) WHERE state = 'pending' AND held_until IS NULL;
        """

    /// The sender's id of the webhook delivery, and the traces of earlier contents, separated by spaces. An erased row
    /// keeps neither.
    static let superseded = """
        ALTER TABLE responses ADD COLUMN delivery TEXT CHECK (delivery IS NULL OR state <> 'erased');
        ALTER TABLE responses ADD COLUMN superseded TEXT CHECK (superseded IS NULL OR state <> 'erased');
        """

    /// What of a response was cut or left out, as JSON. Few responses have any, so they cost the others nothing.
    static let notes = """
        CREATE TABLE response_notes (
            response INTEGER PRIMARY KEY REFERENCES responses (sequence) ON DELETE CASCADE,
            notes TEXT NOT NULL
        ) STRICT;
        """

    /// Rows that aren't pending get a value when they change.
    static let waiting = """
        ALTER TABLE responses ADD COLUMN waiting_from INTEGER;
        UPDATE responses SET waiting_from = COALESCE(held_until, received_at) WHERE state = 'pending';
        DROP INDEX responses_waiting;
        CREATE INDEX responses_waiting ON responses (waiting_from) WHERE state = 'pending' AND held_until IS NULL;
        """

    /// Rows that exist already have plain digests; they are keyed by and by, in slices. A digest's form tells which it is.
    static let keying = """
        CREATE TABLE keying (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            done INTEGER NOT NULL,
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO keying SELECT 1, 0, COALESCE(MAX(sequence), 0) FROM responses;
        """

    /// Tombstones of what Planhat may still have are found without reading the others: all of them, those whose request
    /// was under way, and those that somebody asked to have deleted there. Whether that was asked for isn't known of
    /// rows that exist already, so they don't count as asked for.
    static let unconfirmed = """
        ALTER TABLE responses ADD COLUMN remote_wanted INTEGER NOT NULL DEFAULT 0
            CHECK (remote_wanted IN (0, 1) AND (remote_wanted = 0 OR remote IS NOT NULL));
        CREATE INDEX responses_unconfirmed ON responses (sequence) WHERE remote IS NOT NULL;
        CREATE INDEX responses_erased_while_sending ON responses (sequence) WHERE remote = 'sending';
        CREATE INDEX responses_to_delete ON responses (sequence) WHERE remote_wanted = 1;
        DROP INDEX responses_by_age;
        CREATE INDEX responses_by_age ON responses (state, closed_at) WHERE closed_at IS NOT NULL AND remote IS NULL;
        ALTER TABLE books ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0 CHECK (unconfirmed >= 0);
        UPDATE books SET unconfirmed = (SELECT COUNT(*) FROM responses WHERE remote IS NOT NULL);
        """

    /// A row without the digest of its address.
    private struct UnkeyedRow: RowDecodable {
        enum Columns: Int, ColumnList {
            case sequence, payload

            static let selection = allCases.selection
        }

        let sequence: Int64
        let payload: String

        init(_ row: RowValues<Columns>) throws {
            sequence = try row[.sequence]
            payload = try row[.payload]
        }
    }

    private static let unkeyed = Query(
        UnkeyedRow.self,
        from: "responses WHERE sequence > ? AND payload IS NOT NULL ORDER BY sequence LIMIT 1000"
    )
    private static let personUpdate = Query("UPDATE responses SET person = ? WHERE sequence = ?")

    /// Adds the digest to the rows that still have an address, a thousand at a time.
    static func addPersons(of database: Database, by key: PersonKey) throws {
        let statements = try StatementCache(on: database)
        var last: Int64 = 0
        while true {
            let rows = try statements.fetchAll(UnkeyedRow.self, unkeyed, last)
            guard let end = rows.last else { return }
            last = end.sequence
            for row in rows {
                guard let content = StoredContent(json: row.payload), let email = try? EmailAddress(content.email)
                else { continue }
                try statements.execute(personUpdate, key.digest(of: email).hexadecimal, row.sequence)
            }
        }
    }
}
