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

    func add(_ cells: [TallyCell], removesEmpty: Bool) throws {
        if removesEmpty { try removingEmptyTallies(cells) { try insert(cells) } } else { try insert(cells) }
    }

    private func insert(_ cells: [TallyCell]) throws {
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

    var talliesMayBeStale: Bool { true }

    /// Nobody can say so while others may accept as an earlier version does.
    func isTallied() -> Bool { false }

    func noteTallied() {}
}
