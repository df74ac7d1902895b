import NPSModel

extension Books.Columns {
    /// The sum over all writers; what isn't counted stands elsewhere.
    fileprivate var sum: String {
        switch self {
        case .interruptedUntil: "(SELECT interrupted_until FROM leader)"
        // Gaps are of no importance: it says how far the responses reach.
        case .lastSequence: "(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM response_sequence)"
        default: "COALESCE(SUM(\(name)), 0)::int8"
        }
    }

    /// Those that a transaction adds to.
    fileprivate static let counted = allCases.filter { $0 != .interruptedUntil && $0 != .lastSequence }
}

extension Books {
    init(_ row: PostgresValues<Columns>) throws(QueueError) {
        self.init(
            accepted: try row[.accepted],
            pending: try row[.pending],
            sending: try row[.sending],
            delivered: try row[.delivered],
            parked: try row[.parked],
            erased: try row[.erased],
            quarantined: try row[.quarantined],
            quarantinedBytes: try row[.quarantinedBytes],
            removedDelivered: try row[.removedDelivered],
            removedErased: try row[.removedErased],
            interruptedUntil: try row[optional: .interruptedUntil],
            unconfirmed: try row[.unconfirmed],
            lastSequence: try row[.lastSequence]
        )
    }

    fileprivate func count(_ column: Columns) -> Int {
        switch column {
        case .accepted: accepted
        case .pending: pending
        case .sending: sending
        case .delivered: delivered
        case .parked: parked
        case .erased: erased
        case .quarantined: quarantined
        case .quarantinedBytes: quarantinedBytes
        case .removedDelivered: removedDelivered
        case .removedErased: removedErased
        case .unconfirmed: unconfirmed
        case .interruptedUntil, .lastSequence: 0
        }
    }
}

/// What all collectors have left, as a transaction finds it.
struct PostgresState {
    var committed: CommittedState
    /// Of whoever forwards; nil before anybody does from this server.
    let term: Int64?
    /// What is sealed is sealed for the database that has this.
    let personKey: PersonKey

    private static let query = Query(
        """
        SELECT \(Books.Columns.allCases.map(\.sum).joined(separator: ", ")),
            (SELECT confirmed FROM clock), (SELECT claimed FROM clock), (SELECT claimed_for FROM clock),
            (SELECT CASE WHEN incarnation = \(LeaseRow.incarnation) THEN term END FROM leader), \(array("MIN(source)")), \(array("SUM(entries)::int8")),
            \(array("SUM(bytes)::int8")),
            current_setting('fsync') <> 'off' AND current_setting('full_page_writes') <> 'off',
            (SELECT key FROM person_key)
        FROM books
        """
    )

    private static func array(_ value: String) -> String {
        "ARRAY(SELECT \(value) FROM quarantine_shares GROUP BY source HAVING SUM(entries) > 0 ORDER BY source)"
    }

    /// Closes the connection when the server has been told meanwhile not to keep what it acknowledges: the next one is
    /// refused for as long as that is so.
    ///
    /// - Throws: what is no single job's fault, as ``PostgresUnavailable``.
    init(reading connection: PostgresConnection) throws {
        guard let row = try connection.execute(Self.query).first else {
            throw PostgresUnavailable(reason: .damaged("its books are missing"))
        }
        let end = Books.Columns.allCases.count
        guard try row.value(end + 7) else {
            connection.close()
            throw PostgresUnavailable(reason: PostgresConnection.losesAnswers)
        }
        let claimedFor: Int64 = try row.value(end + 2)
        let (sources, entries, bytes): ([String], [Int], [Int]) = (
            try row.value(end + 4), try row.value(end + 5), try row.value(end + 6)
        )
        let holdings = zip(entries, bytes).map { QuarantineShares.Holding(entries: $0, bytes: $1) }
        term = try row.optional(end + 3)
        personKey = PersonKey(try row.value(end + 8))
        committed = CommittedState(
            books: try Books(row.named(Books.Columns.self)),
            shares: QuarantineShares(
                holdings: Dictionary(zip(sources, holdings), uniquingKeysWith: { first, _ in first })
            ),
            time: ConfirmedTime(
                confirmed: try row.optional(end),
                claimed: try row.optional(end + 1),
                claimedFor: .milliseconds(claimedFor)
            )
        )
    }
}

extension PostgresRows {
    private static let count: Query = {
        let sums = Books.Columns.counted.enumerated().map { index, column in
            "\(column.name) = \(column.name) + $\(index + 2)::int8"
        }
        return Query("UPDATE books SET \(sums.joined(separator: ", ")) WHERE writer = $1::text")
    }()
    private static let interruption = Query("UPDATE leader SET interrupted_until = $1::int8 WHERE term = $2::int8")
    private static let share = Query(
        """
        INSERT INTO quarantine_shares AS s (writer, source, entries, bytes)
        SELECT $1::text, * FROM unnest($2::text[], $3::int8[], $4::int8[])
        ON CONFLICT (writer, source) DO UPDATE
        SET entries = s.entries + excluded.entries, bytes = s.bytes + excluded.bytes
        """
    )

    /// Adds what this transaction has changed. Called for each that is acknowledged, also when nothing has changed: a
    /// transaction without a write doesn't wait for the standby, although what it found may not be there yet.
    func write(_ books: Books) throws {
        var parameters = PostgresParameters(writer)
        for column in Books.Columns.counted {
            parameters.append(books.count(column) - former.books.count(column))
        }
        guard try connection.execute(Self.count, parameters).written == 1 else {
            throw QueueError.damaged("this collector's books are missing")
        }
        if books.interruptedUntil != former.books.interruptedUntil {
            try connection.execute(Self.interruption, PostgresParameters(books.interruptedUntil, term))
        }
    }

    /// Adds what this transaction has changed, whatever it found: entries of others may have come after it looked.
    func write(_ shares: QuarantineShares) throws {
        let changes = shares.changes.sorted { $0.key < $1.key }
        guard !changes.isEmpty else { return }
        let sources = changes.map(\.key)
        let parameters = PostgresParameters(
            writer,
            sources,
            changes.map(\.value.entries),
            changes.map(\.value.bytes)
        )
        try connection.execute(Self.share, parameters)
        try forget(sources.filter { shares.holdings[$0] == nil })
    }

    private static let sharesOf = Query(
        """
        SELECT source, writer, entries FROM quarantine_shares WHERE source = ANY($1::text[])
        ORDER BY source, writer FOR UPDATE
        """
    )
    private static let forgetting = Query(
        """
        DELETE FROM quarantine_shares AS s USING unnest($1::text[], $2::text[]) AS gone (source, writer)
        WHERE s.source = gone.source AND s.writer = gone.writer
        """
    )

    /// Removes the rows of sources that have nothing in quarantine any more: a name may be a secret that was replaced by
    /// a label. What another collector is just adding is waited for, and then stays.
    private func forget(_ sources: [String]) throws {
        guard !sources.isEmpty else { return }
        let rows = try connection.execute(Self.sharesOf, PostgresParameters(sources)).rows.map { row in
            (source: try row.value(0) as String, writer: try row.value(1) as String, entries: try row.value(2) as Int)
        }
        let sums = Dictionary(rows.map { ($0.source, $0.entries) }, uniquingKeysWith: +)
        let gone = rows.filter { sums[$0.source] == 0 }
        guard !gone.isEmpty else { return }
        try connection.execute(Self.forgetting, PostgresParameters(gone.map(\.source), gone.map(\.writer)))
    }
}
