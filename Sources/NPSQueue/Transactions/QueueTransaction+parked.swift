import GRDB

extension QueueTransaction {
    /// Takes the period over. Returns before when something must have been parked to be erased now; nil for nothing.
    func announceParkedRetention(_ period: Duration?) throws -> Milliseconds? {
        guard let past = state.time.past(at: now) else { return nil }
        let former = try parkedRetention()
        var retention = former
        retention.announce(period, at: past)
        if retention != former { try execute(ParkedRetention.Columns.update, StatementArguments(retention.values)) }
        return retention.cutoff(at: past)
    }

    /// Reads the first entries of an index, ``ParkedExpiry/limit`` at most.
    func parkedExpiry() throws -> ParkedExpiry? {
        let retention = try parkedRetention()
        guard let past = state.time.past(at: now), let horizon = retention.horizon(at: past) else { return nil }
        let dates: [Milliseconds] = try database.fetchValues(
            """
            SELECT closed_at FROM responses INDEXED BY responses_by_age
            WHERE state = 'parked' AND closed_at < ? AND remote IS NULL ORDER BY closed_at LIMIT ?
            """,
            [horizon, ParkedExpiry.limit]
        )
        guard let end = dates.first.flatMap(retention.end(of:)) else { return nil }
        return ParkedExpiry(count: dates.count, from: end.date)
    }

    private func parkedRetention() throws -> ParkedRetention {
        guard let retention = try database.fetchOne(ParkedRetention.self, from: "parked_retention") else {
            throw QueueError.damaged("its record of the retention of parked responses is missing")
        }
        return retention
    }
}

extension ParkedRetention: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case period, announcedAt

        static let selection = allCases.selection
        static let update = "UPDATE parked_retention SET \(allCases.assignments)"
    }

    init(_ row: RowValues<Columns>) throws {
        let period: Int64? = try row[.period]
        self.init(period: period.map { .milliseconds($0) }, announcedAt: try row[.announcedAt])
    }

    func value(of column: Columns) -> (any DatabaseValueConvertible)? {
        switch column {
        case .period: period.map { Int64(($0 / .milliseconds(1)).rounded()) }
        case .announcedAt: announcedAt
        }
    }
}
