import NPSModel

/// The rows of a queue in PostgreSQL, within one transaction. Each operation on a set is one statement.
///
/// Sets are written in the order of the ids, so that two collectors that get the same ids don't wait for each other in a
/// circle.
struct PostgresRows: RowStore {
    let connection: PostgresConnection
    /// Whose row of the books is written.
    let writer: String
    /// Under which this collector claims; nil when it doesn't forward.
    let term: Int64?
    /// What was there when the transaction began.
    let former: CommittedState
    /// Whether what is loaded may be changed, and is kept from others until the commit.
    var isLocking = true
    var keys = PayloadKeys.none
    /// See ``leavingUnopened``.
    var leavesUnopened = false

    var leavingUnopened: any RowStore {
        var rows = self
        rows.leavesUnopened = true
        return rows
    }

    /// These rows for a job that only reads, or for one that may write.
    func locking(_ isLocking: Bool) -> PostgresRows {
        var rows = self
        rows.isLocking = isLocking
        return rows
    }

    private static let locking = Query("SELECT 1 FROM responses WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE")

    /// Keeps those of the responses that are there from others until the commit.
    func lock(_ ids: [ResponseID]) throws {
        guard !ids.isEmpty else { return }
        try connection.execute(Self.locking, PostgresParameters(ids))
    }

    func insert(_ responses: [NewResponse], after last: inout Int64) throws -> [StoredResponse?] {
        guard !responses.isEmpty else { return [] }
        let result = try connection.execute(Self.insertion, parameters(of: responses))
        var new: Set<ResponseID> = []
        for row in result.rows {
            new.insert(try row.value(0))
            last = max(last, try row.value(1))
        }
        guard new.count < responses.count else { return responses.map { _ in nil } }
        let ids = responses.map(\.id).filter { !new.contains($0) }
        let known = Dictionary(try load(.ids(ids)).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return try responses.map { response in
            if new.contains(response.id) { return nil }
            guard let stored = known[response.id] else {
                // It was there a moment ago.
                throw PostgresError.again("a receipt was removed while the response arrived anew")
            }
            return stored
        }
    }

    /// The arrays of ``StoredResponse/Columns/inserted``.
    func parameters(of responses: [NewResponse]) throws(QueueError) -> PostgresParameters {
        // Their numbers are the statement's affair.
        let stored = responses.map { StoredResponse($0, sequence: 0) }
        var parameters = PostgresParameters()
        for column in StoredResponse.Columns.inserted {
            try parameters.append(column, of: stored, sealedBy: keys)
        }
        return parameters
    }

    /// Sequence numbers follow the order of arrival, although rows go in by their ids.
    static let input = """
        input AS MATERIALIZED (
            SELECT nextval('response_sequence') AS sequence, arrived.* FROM (
                SELECT * FROM \(StoredResponse.Columns.inserted.unnesting())
                    WITH ORDINALITY AS i(\(StoredResponse.Columns.inserted.names), place)
                ORDER BY place
            ) AS arrived
        )
        """

    static let insertionOfInput = """
        INSERT INTO responses (sequence, \(StoredResponse.Columns.inserted.names))
        SELECT sequence, \(StoredResponse.Columns.inserted.names) FROM input ORDER BY id
        ON CONFLICT (id) DO NOTHING
        """

    private static let insertion = Query("WITH \(input) \(insertionOfInput) RETURNING id, sequence")

    private static let update: Query = {
        let columns = StoredResponse.Columns.changeable
        let all = [.sequence] + columns + [.payload]
        let assignments = columns.map { "\($0.name) = i.\($0.name)" }.joined(separator: ", ")
        // Most changes leave the payload as it is, and don't send it.
        return Query(
            """
            UPDATE responses AS r SET \(assignments),
                payload = CASE WHEN i.state IN (3, 5) THEN NULL ELSE COALESCE(i.payload, r.payload) END,
                term = CASE WHEN i.state = 2 OR i.remote = 1 THEN r.term END
            FROM \(all.unnesting()) AS i(\(all.names))
            WHERE r.sequence = i.sequence
            """
        )
    }()

    func save(_ changes: [ResponseChange]) throws {
        guard !changes.isEmpty else { return }
        let new = changes.map(\.new)
        var parameters = PostgresParameters()
        for column in [.sequence] + StoredResponse.Columns.changeable {
            try parameters.append(column, of: new, sealedBy: keys)
        }
        // With a key also those that haven't changed: they may be stored as they are, or sealed with an earlier key.
        let payloads = try changes.map { change in
            keys.isEmpty && change.new.payload == change.old.payload ? nil : try change.new.payload(sealedBy: keys)
        }
        parameters.append(array: payloads)
        let written = try connection.execute(Self.update, parameters).written
        guard written == changes.count else { throw QueueError.damaged("a row is gone that was locked") }
    }

    private static let deletion = Query("DELETE FROM responses WHERE sequence = ANY($1::int8[])")

    func remove(_ responses: [StoredResponse]) throws {
        guard !responses.isEmpty else { return }
        try connection.execute(Self.deletion, PostgresParameters(responses.map(\.sequence)))
    }

    private static let sending = Query(
        """
        UPDATE responses SET state = \(ResponseState.sending.code), held_until = NULL, term = $2::int8
        WHERE sequence = ANY($1::int8[])
        """
    )

    func markSending(_ responses: [StoredResponse]) throws {
        guard !responses.isEmpty else { return }
        try connection.execute(Self.sending, PostgresParameters(responses.map(\.sequence), term))
    }

    private static let storedBytes = Query(
        """
        SELECT SUM(pg_total_relation_size(oid))::int8 FROM pg_class
        WHERE relkind = 'r' AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'responses'::regclass)
        """
    )

    func storedBytes() throws -> Int64? {
        try connection.execute(Self.storedBytes).first?.optional(0)
    }

    /// There were no earlier versions.
    func upgrade(after sequence: Int64, limit: Int) throws -> QueueUpgrade? { nil }
}
