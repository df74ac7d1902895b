import NPSModel

/// Each connection that writes has rows of its own, as in the books, so that no two wait for each other; the sums count. What
/// is in a row alone may be negative.
extension PostgresRows {
    private static let addition = Query(
        """
        INSERT INTO tallies AS t (writer, tally, source, count)
        SELECT $1::text, * FROM unnest($2::text[], $3::text[], $4::int8[])
        ON CONFLICT (tally, source, writer) DO UPDATE SET count = t.count + excluded.count
        """
    )

    func add(_ cells: [TallyCell]) throws {
        for start in stride(from: 0, to: cells.count, by: Self.largestAdvance) {
            let part = cells[start..<min(start + Self.largestAdvance, cells.count)]
            let parameters = PostgresParameters(
                writer,
                part.map(\.place.code.rawValue),
                part.map(\.place.source),
                part.map(\.count)
            )
            try connection.execute(Self.addition, parameters)
        }
    }

    private static let traffic = Query(
        """
        INSERT INTO traffic AS t (writer, hour, arrivals, deliveries)
        SELECT $1::text, * FROM unnest($2::int8[], $3::int8[], $4::int8[])
        ON CONFLICT (hour, writer) DO UPDATE
        SET arrivals = t.arrivals + excluded.arrivals, deliveries = t.deliveries + excluded.deliveries
        """
    )

    func add(_ hours: [TrafficCell]) throws {
        guard !hours.isEmpty else { return }
        let parameters = PostgresParameters(writer, hours.map(\.hour), hours.map(\.arrivals), hours.map(\.deliveries))
        try connection.execute(Self.traffic, parameters)
    }

    /// For the fast way in, which stores and counts in one statement.
    ///
    /// - Parameters:
    ///   - writer: the number of the parameter with the writer.
    ///   - hour: that of the parameter with the present hour.
    static func counting(writer: Int, hour: Int) -> String {
        """
        tallied AS (
            INSERT INTO tallies AS t (writer, tally, source, count)
            SELECT $\(writer)::text, tally COLLATE "C", source COLLATE "C", count(*) FROM new WHERE tally IS NOT NULL
            GROUP BY 2, 3 ORDER BY 2, 3
            ON CONFLICT (tally, source, writer) DO UPDATE SET count = t.count + excluded.count
        ), arrived AS (
            INSERT INTO traffic AS t (writer, hour, arrivals, deliveries)
            SELECT $\(writer)::text, $\(hour)::int8, count(*), 0 FROM new HAVING count(*) > 0
            ON CONFLICT (hour, writer) DO UPDATE SET arrivals = t.arrivals + excluded.arrivals
        )
        """
    }

    private static let cells = Query(
        """
        SELECT tally, source, SUM(count)::int8 FROM tallies
        WHERE (tally, source) > ($1::text, $2::text) AND tally < $3::text
        GROUP BY tally, source ORDER BY tally, source LIMIT $4::int8
        """
    )

    func tallies(after place: TallyCell.Place, before end: String, limit: Int) throws -> [TallyCell] {
        let parameters = PostgresParameters(place.code.rawValue, place.source, end, limit)
        return try connection.execute(Self.cells, parameters).rows.map { row in
            TallyCell(
                place: TallyCell.Place(code: TallyCode(rawValue: try row.value(0)), source: try row.value(1)),
                count: try row.value(2)
            )
        }
    }

    private static let hours = Query(
        """
        SELECT hour, SUM(arrivals)::int8, SUM(deliveries)::int8 FROM traffic
        WHERE hour >= $1::int8 GROUP BY hour ORDER BY hour
        """
    )
    private static let trafficRemoval = Query("DELETE FROM traffic WHERE hour < $1::int8")

    func traffic(from hour: Int64) throws -> [TrafficCell] {
        try connection.execute(Self.hours, PostgresParameters(hour)).rows.map { row in
            TrafficCell(hour: try row.value(0), arrivals: try row.value(1), deliveries: try row.value(2))
        }
    }

    func removeTraffic(before hour: Int64) throws {
        try connection.execute(Self.trafficRemoval, PostgresParameters(hour))
    }

    private static let emptyCells = Query(
        """
        SELECT t.tally, t.source, t.writer, t.count
        FROM tallies AS t JOIN unnest($1::text[], $2::text[]) AS gone (tally, source)
            ON t.tally = gone.tally AND t.source = gone.source
        ORDER BY t.tally, t.source, t.writer FOR UPDATE OF t
        """
    )
    private static let removal = Query(
        """
        DELETE FROM tallies AS t USING unnest($1::text[], $2::text[], $3::text[]) AS gone (tally, source, writer)
        WHERE t.tally = gone.tally AND t.source = gone.source AND t.writer = gone.writer
        """
    )

    /// What other collectors are just adding is waited for, and then stays: what is removed adds up to nothing.
    func removeEmptyTallies(_ places: [TallyCell.Place]) throws {
        guard !places.isEmpty else { return }
        let parameters = PostgresParameters(places.map(\.code.rawValue), places.map(\.source))
        let rows = try connection.execute(Self.emptyCells, parameters).rows.map { row in
            (
                place: TallyCell.Place(code: TallyCode(rawValue: try row.value(0)), source: try row.value(1)),
                writer: try row.value(2) as String, count: try row.value(3) as Int
            )
        }
        let sums = Dictionary(rows.map { ($0.place, $0.count) }, uniquingKeysWith: +)
        let gone = rows.filter { sums[$0.place] == 0 }
        guard !gone.isEmpty else { return }
        let keys = PostgresParameters(gone.map(\.place.code.rawValue), gone.map(\.place.source), gone.map(\.writer))
        try connection.execute(Self.removal, keys)
    }

    var talliesMayBeStale: Bool { true }
}

extension PostgresRows {
    private static let erased = ResponseState.erased.code
    /// How many open responses are looked at for each that may be loaded: nearly all have a tally.
    private static let window = 10

    /// No index has the wanted rows alone: to make one, all who write would have to wait. Open ones are few.
    private static let candidates = Query(
        """
        SELECT state::int8, sequence, CASE
            WHEN state = \(erased) THEN tally IS NOT NULL
            ELSE (tally IS NULL OR revision > 1) AND suspect <> \(BotFlag.current.rawValue)
        END FROM responses
        WHERE state <> \(ResponseState.delivered.code) AND (state, sequence) > ($1::int8, $2::int8)
        ORDER BY state, sequence LIMIT $3::int8
        """
    )
    private static let bySequence = LoadQuery("WHERE sequence = ANY($1::int8[]) ORDER BY id")

    /// Programs of earlier versions may use the same tables: they accept without a tally, and edit and erase
    /// and leave it as it was.
    func untallied(
        after position: TallyPosition,
        limit: Int
    ) throws -> (responses: [StoredResponse], last: TallyPosition?) {
        let parameters = PostgresParameters(position.state, position.sequence, limit * Self.window)
        var wanted: [Int64] = []
        var last: TallyPosition?
        var looked = 0
        for row in try connection.execute(Self.candidates, parameters).rows {
            let sequence: Int64 = try row.value(1)
            if try row.value(2) { wanted.append(sequence) }
            last = TallyPosition(state: try row.value(0), sequence: sequence)
            looked += 1
            if wanted.count == limit { break }
        }
        let isLast = looked < limit * Self.window && wanted.count < limit
        return (try responses(Self.bySequence, wanted), isLast ? nil : last)
    }

    private func responses(_ query: LoadQuery, _ sequences: [Int64]) throws -> [StoredResponse] {
        guard !sequences.isEmpty else { return [] }
        let result = try connection.execute(query.locking, PostgresParameters(sequences))
        return try result.rows.map { try StoredResponse($0.named(StoredResponse.Columns.self), in: self) }
    }
}
