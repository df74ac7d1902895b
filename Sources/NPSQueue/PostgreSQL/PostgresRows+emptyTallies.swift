import NPSModel

/// What a writer has in a cell: a row of the table.
private struct TallyShare {
    let place: TallyCell.Place
    let writer: String
    let count: Int
}

/// What is removed is locked before, in the order of the places: so nobody else takes it, and no two wait for each other in a
/// circle. What others add meanwhile has rows of its own, and stays.
extension PostgresRows {
    private static let shares = Query(
        """
        SELECT t.tally, t.source, t.writer, t.count
        FROM tallies AS t JOIN unnest($1::text[], $2::text[]) AS wanted (tally, source)
            ON t.tally = wanted.tally AND t.source = wanted.source
        ORDER BY t.tally, t.source, t.writer FOR UPDATE OF t
        """
    )
    private static let removal = Query(
        """
        DELETE FROM tallies AS t USING unnest($1::text[], $2::text[], $3::text[]) AS gone (tally, source, writer)
        WHERE t.tally = gone.tally AND t.source = gone.source AND t.writer = gone.writer
        """
    )

    /// Keeps others from what is at these places, and returns it.
    private func shares(at places: [TallyCell.Place]) throws -> [TallyShare] {
        guard !places.isEmpty else { return [] }
        let parameters = PostgresParameters(places.map(\.code.rawValue), places.map(\.source))
        return try connection.execute(Self.shares, parameters).rows.map { row in
            TallyShare(
                place: TallyCell.Place(code: TallyCode(rawValue: try row.value(0)), source: try row.value(1)),
                writer: try row.value(2),
                count: try row.value(3)
            )
        }
    }

    private func remove(_ shares: [TallyShare]) throws {
        guard !shares.isEmpty else { return }
        let places = shares.map(\.place)
        let keys = PostgresParameters(places.map(\.code.rawValue), places.map(\.source), shares.map(\.writer))
        try connection.execute(Self.removal, keys)
    }

    func takeTallies(_ places: [TallyCell.Place]) throws -> [TallyCell] {
        let taken = try shares(at: places)
        try remove(taken)
        return Self.sums(taken).map(TallyCell.init).sorted { $0.place < $1.place }
    }

    /// What is removed adds up to nothing, whatever others are just adding.
    func removeEmptyTallies(_ places: [TallyCell.Place]) throws {
        let present = try shares(at: places)
        let sums = Self.sums(present)
        try remove(present.filter { sums[$0.place] == 0 })
    }

    /// Like ``removeEmptyTallies(_:)``, of what `cells` take something from.
    ///
    /// - Parameter write: adds the cells.
    func removingEmptyTallies(_ cells: [TallyCell], _ write: () throws -> Void) throws {
        // Before anything of its own is written, so that all lock in the same order.
        let present = try shares(at: cells.filter { $0.count < 0 }.map(\.place))
        try write()
        let own = cells.filter { $0.count < 0 }.map { TallyShare(place: $0.place, writer: writer, count: $0.count) }
        let sums = Self.sums(present + own)
        // Its own may be in both.
        try remove((present + own).filter { sums[$0.place] == 0 })
    }

    private static func sums(_ shares: [TallyShare]) -> [TallyCell.Place: Int] {
        Dictionary(shares.map { ($0.place, $0.count) }, uniquingKeysWith: +)
    }
}
