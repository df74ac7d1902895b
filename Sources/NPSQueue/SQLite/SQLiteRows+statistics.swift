import NPSModel

extension SQLiteRows {
    // Nearly always the row is there. To add to it costs half of an insertion that finds it in its way.
    private static let addition = Query("UPDATE tallies SET count = count + ?3 WHERE tally = ?1 AND source = ?2")
    private static let insertion = Query("INSERT INTO tallies (tally, source, count) VALUES (?, ?, ?)")
    private static let emptyRemoval = Query("DELETE FROM tallies WHERE tally = ? AND source = ? AND count = 0")

    /// Never leaves what is 0.
    func add(_ cells: [TallyCell], removesEmpty: Bool) throws {
        for cell in cells {
            let place = cell.place
            if try statements.execute(Self.addition, place.code, place.source, cell.count) == 0 {
                try statements.execute(Self.insertion, place.code, place.source, cell.count)
            }
            if cell.count < 0 { try statements.execute(Self.emptyRemoval, place.code, place.source) }
        }
    }

    private static let traffic = Query(
        "UPDATE traffic SET arrivals = arrivals + ?2, deliveries = deliveries + ?3 WHERE hour = ?1"
    )
    private static let newTraffic = Query("INSERT INTO traffic (hour, arrivals, deliveries) VALUES (?, ?, ?)")

    func add(_ hours: [TrafficCell]) throws {
        for cell in hours {
            if try statements.execute(Self.traffic, cell.hour, cell.arrivals, cell.deliveries) == 0 {
                try statements.execute(Self.newTraffic, cell.hour, cell.arrivals, cell.deliveries)
            }
        }
    }

    private static let cells = Query(
        TallyCell.self,
        from: "tallies WHERE (tally, source) > (?, ?) AND tally < ? ORDER BY tally, source LIMIT ?"
    )

    func tallies(after place: TallyCell.Place, before end: String, limit: Int) throws -> [TallyCell] {
        try statements.fetchAll(TallyCell.self, Self.cells, place.code, place.source, end, limit)
    }

    private static let hours = Query(TrafficCell.self, from: "traffic WHERE hour >= ? ORDER BY hour")
    private static let trafficRemoval = Query("DELETE FROM traffic WHERE hour < ?")

    func traffic(from hour: Int64) throws -> [TrafficCell] {
        try statements.fetchAll(TrafficCell.self, Self.hours, hour)
    }

    func removeTraffic(before hour: Int64) throws {
        try statements.execute(Self.trafficRemoval, hour)
    }

    /// There are none.
    func removeEmptyTallies(_ places: [TallyCell.Place]) throws {}

    private static let count = Query("SELECT count FROM tallies WHERE tally = ? AND source = ?")
    private static let removal = Query("DELETE FROM tallies WHERE tally = ? AND source = ?")

    func takeTallies(_ places: [TallyCell.Place]) throws -> [TallyCell] {
        try places.sorted().compactMap { place in
            let count: Int? = try statements.fetchValue(Self.count, place.code, place.source)
            guard let count else { return nil }
            try statements.execute(Self.removal, place.code, place.source)
            return TallyCell(place: place, count: count)
        }
    }

    /// The file is this process's alone, and no earlier version opens it.
    var talliesMayBeStale: Bool { false }

    /// How many open responses are looked at for each that may be loaded: nearly all have a tally.
    private static let window = 10
    private static let candidates = Query(
        TallyCandidate.self,
        from: "queue WHERE sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let bySequence = Query("SELECT \(ResponseTable.queue.selection) FROM queue WHERE sequence = ?")

    /// No index has the wanted rows alone: to make one, a start would have to read all that waits. Rows in the tables of earlier
    /// versions have their turn when they have been brought over.
    func untallied(
        after position: TallyPosition,
        limit: Int
    ) throws -> (sequences: [Int64], last: TallyPosition?) {
        var wanted = 0
        let values = [position.sequence.sqliteValue, (limit * Self.window).sqliteValue]
        let looked = try statements.fetchAll(TallyCandidate.self, Self.candidates, values: values) { candidate in
            wanted += candidate.isWanted ? 1 : 0
            return wanted == limit
        }
        let isLast = looked.count < limit * Self.window && wanted < limit
        return (
            looked.filter(\.isWanted).map(\.sequence),
            isLast ? nil : looked.last.map { TallyPosition(state: 0, sequence: $0.sequence) }
        )
    }

    func load(untallied sequences: [Int64]) throws -> [StoredResponse] {
        try sequences.compactMap { sequence in
            try statements.fetchOne(StoredResponse.self, Self.bySequence, sequence)
        }
    }

    private static let tallied = Query("SELECT id FROM tallied")
    private static let talliedInsertion = Query("INSERT OR IGNORE INTO tallied (id) VALUES (1)")

    func isTallied() throws -> Bool {
        let found: Int? = try statements.fetchValue(Self.tallied)
        return found != nil
    }

    func noteTallied() throws { try statements.execute(Self.talliedInsertion) }
}

/// An open response, and whether it isn't counted although it is no bot's.
private struct TallyCandidate: RowDecodable {
    enum Columns: Int, ColumnList {
        case sequence, isWanted

        static let selection = allCases.selection

        var expression: String {
            switch self {
            case .sequence: name
            case .isWanted: "tally IS NULL AND suspect <> \(BotFlag.current.rawValue)"
            }
        }
    }

    let sequence: Int64
    let isWanted: Bool

    init(_ row: RowValues<Columns>) throws {
        sequence = try row[.sequence]
        isWanted = try row[.isWanted]
    }
}

extension TallyCode: SQLiteWritable, SQLiteReadable {
    init?(_ statement: OpaquePointer, _ index: CInt) {
        guard let text = String(statement, index) else { return nil }
        self.init(rawValue: text)
    }
}

extension TallyCell: RowDecodable {
    enum Columns: Int, ColumnList {
        case tally, source, count

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        self.init(place: Place(code: try row[.tally], source: try row[.source]), count: try row[.count])
    }
}

extension TrafficCell: RowDecodable {
    enum Columns: Int, ColumnList {
        case hour, arrivals, deliveries

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        self.init(hour: try row[.hour], arrivals: try row[.arrivals], deliveries: try row[.deliveries])
    }
}
