import NPSModel

extension SQLiteRows {
    private static let pending = ResponseState.pending.code

    func due() throws -> ClosedRange<Milliseconds>? {
        // MIN and MAX in one query would read the whole index; each alone reads one entry.
        let first: [Milliseconds] = try values([Self.firstDue], former: [Self.formerFirstDue])
        let last: [Milliseconds] = try values([Self.lastDue], former: [Self.formerLastDue])
        guard let first = first.min(), let last = last.max() else { return nil }
        return first...max(first, last)
    }

    /// What the queries find, each a value at most.
    private func values(_ queries: [Query], former: [Query]) throws -> [Milliseconds] {
        try (queries + (hasFormerRows ? former : [])).compactMap { query in try statements.fetchValue(query) }
    }

    private static let firstDue = Query(
        "SELECT MIN(next_attempt_at) FROM queue INDEXED BY queue_due WHERE state = \(pending)"
    )
    private static let lastDue = Query(
        "SELECT MAX(next_attempt_at) FROM queue INDEXED BY queue_due WHERE state = \(pending)"
    )
    private static let formerFirstDue = Query(
        "SELECT MIN(next_attempt_at) FROM responses INDEXED BY responses_due WHERE state = 'pending'"
    )
    private static let formerLastDue = Query(
        "SELECT MAX(next_attempt_at) FROM responses INDEXED BY responses_due WHERE state = 'pending'"
    )

    /// All at once: the file is here.
    func advanceDue(
        to now: Milliseconds,
        from former: Milliseconds,
        sparesAmbiguous: Bool
    ) throws -> (count: Int, isComplete: Bool) {
        var count = try statements.execute(sparesAmbiguous ? Self.advanceCertain : Self.advance, now, former)
        guard hasFormerRows else { return (count, true) }
        count += try statements.execute(sparesAmbiguous ? Self.advanceFormerCertain : Self.advanceFormer, now, former)
        return (count, true)
    }

    private static func advancing(_ table: String, _ state: String, _ condition: String = "") -> Query {
        Query(
            """
            UPDATE \(table) SET next_attempt_at = ?1
            WHERE state = \(state) AND next_attempt_at > ?1 AND next_attempt_at <= ?2 AND held_until IS NULL \(condition)
            """
        )
    }

    private static let certain = "AND must_upsert = 0"
    private static let advance = advancing("queue INDEXED BY queue_due", "\(pending)")
    private static let advanceCertain = advancing("queue INDEXED BY queue_due", "\(pending)", certain)
    private static let advanceFormer = advancing("responses INDEXED BY responses_due", "'pending'")
    private static let advanceFormerCertain = advancing("responses INDEXED BY responses_due", "'pending'", certain)

    func waiting(at now: Milliseconds) throws -> (since: Milliseconds?, held: Int) {
        let waiting: [Milliseconds] = try values([Self.waitingSince], former: [Self.formerWaitingSince])
        var ended: [Milliseconds?] = [try statements.fetchValue(Self.holdEnded, now)]
        var held: Int = try statements.fetchValue(Self.held, now) ?? 0
        if hasFormerRows {
            ended.append(try statements.fetchValue(Self.formerHoldEnded, now))
            held += try statements.fetchValue(Self.formerHeld, now) ?? 0
        }
        return ((waiting + ended.compactMap(\.self)).min(), held)
    }

    private static let waitingSince = Query(
        """
        SELECT MIN(waiting_from) FROM queue INDEXED BY queue_waiting
        WHERE state = \(pending) AND held_until IS NULL
        """
    )
    private static let holdEnded = Query(
        "SELECT MIN(held_until) FROM queue INDEXED BY queue_held WHERE held_until <= ?"
    )
    private static let held = Query("SELECT COUNT(*) FROM queue INDEXED BY queue_held WHERE held_until > ?")
    private static let formerWaitingSince = Query(
        """
        SELECT MIN(waiting_from) FROM responses INDEXED BY responses_waiting
        WHERE state = 'pending' AND held_until IS NULL
        """
    )
    private static let formerHoldEnded = Query(
        "SELECT MIN(held_until) FROM responses INDEXED BY responses_held WHERE held_until <= ?"
    )
    private static let formerHeld = Query(
        "SELECT COUNT(*) FROM responses INDEXED BY responses_held WHERE held_until > ?"
    )

    func parkedDates(before date: Milliseconds, limit: Int) throws -> [Milliseconds] {
        let dates: [Milliseconds] = try statements.fetchValues(Self.parkedDates, date, limit)
        guard hasFormerRows else { return dates }
        let former: [Milliseconds] = try statements.fetchValues(Self.formerParkedDates, date, limit)
        return Array((dates + former).sorted().prefix(limit))
    }

    private static let parkedDates = Query(
        """
        SELECT closed_at FROM queue INDEXED BY queue_by_age
        WHERE state = \(ResponseState.parked.code) AND closed_at < ? ORDER BY closed_at LIMIT ?
        """
    )
    private static let formerParkedDates = Query(
        """
        SELECT closed_at FROM responses INDEXED BY responses_by_age
        WHERE state = 'parked' AND closed_at < ? AND remote IS NULL ORDER BY closed_at LIMIT ?
        """
    )

    func raiseAges(before start: Milliseconds, to date: Milliseconds) throws {
        // Rows of a version that kept no such time are as old as they say.
        let ofEarlierVersion = try undatedThrough()
        for query in Self.raises { try statements.execute(query, date, ofEarlierVersion, start) }
        if hasFormerRows { try statements.execute(Self.formerRaise, date, ofEarlierVersion, start) }
        guard ofEarlierVersion == 0 else { return }
        try statements.execute(Self.raiseQuarantine, date, start)
        try statements.execute(Self.raiseTombstones, date, start)
    }

    /// By the order of acceptance, since what is meant came last, and may be little among many.
    private static let raises = [
        "queue SET closed_at = ?1 WHERE sequence > ?2 AND closed_at < ?3",
        """
        receipts INDEXED BY receipts_delivered SET closed_at = ?1
        WHERE state = \(ResponseState.delivered.code) AND sequence > ?2 AND closed_at < ?3
        """,
        """
        receipts INDEXED BY receipts_erased SET closed_at = ?1
        WHERE state = \(ResponseState.erased.code) AND sequence > ?2 AND closed_at < ?3
        """,
    ].map { Query("UPDATE \($0)") }
    private static let formerRaise = Query(
        "UPDATE responses NOT INDEXED SET closed_at = ? WHERE sequence > ? AND closed_at < ?"
    )
    private static let raiseQuarantine = Query("UPDATE quarantine SET received_at = ?1 WHERE received_at < ?2")
    private static let raiseTombstones = Query("UPDATE quarantine_erased SET at = ?1 WHERE at < ?2")
}

/// What there is one row of.
extension SQLiteRows {
    private static let probe = Query("UPDATE books SET probed_at = ?")

    func write(_ books: Books) throws {
        try statements.execute(Books.Columns.update, values: books.values)
    }

    func write(_ time: ConfirmedTime) throws {
        try statements.execute(ConfirmedTime.Columns.update, values: time.values)
    }

    func write(_ epoch: QueueEpoch) throws {
        try statements.execute(QueueEpoch.Columns.replacement, values: epoch.values)
    }

    func write(_ retention: ParkedRetention) throws {
        try statements.execute(ParkedRetention.Columns.update, values: retention.values)
    }

    func parkedRetention() throws -> ParkedRetention {
        guard let retention = try statements.fetchOne(ParkedRetention.self, ParkedRetention.Columns.row) else {
            throw QueueError.damaged("its record of the retention of parked responses is missing")
        }
        return retention
    }

    /// How much room there is, `DiskReserve` tells.
    func probe(at now: Milliseconds, needsRoom: Bool) throws {
        try statements.execute(Self.probe, now)
    }
}

extension ParkedRetention: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case period, announcedAt

        static let selection = allCases.selection
        static let row = Query(ParkedRetention.self, from: "parked_retention")
        static let update = Query("UPDATE parked_retention SET \(allCases.assignments)")
    }

    init(_ row: RowValues<Columns>) throws {
        let period: Int64? = try row[.period]
        self.init(period: period.map { .milliseconds($0) }, announcedAt: try row[.announcedAt])
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .period: period.map { Int64(($0 / .milliseconds(1)).rounded()) }.sqliteValue
        case .announcedAt: announcedAt.sqliteValue
        }
    }
}
