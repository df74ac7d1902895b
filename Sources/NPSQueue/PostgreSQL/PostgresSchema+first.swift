extension PostgresSchema {
    static let versions = """
        CREATE TABLE schema_version (version integer PRIMARY KEY, oldest_program integer NOT NULL)
        """

    /// The tables of the first version.
    static let first = [responses, books, leader, quarantine, rest].joined(separator: "\n")

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
}
