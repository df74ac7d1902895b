import NPSModel

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
    ) throws -> (sequences: [Int64], last: TallyPosition?) {
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
        return (wanted, isLast ? nil : last)
    }

    func load(untallied sequences: [Int64]) throws -> [StoredResponse] {
        guard !sequences.isEmpty else { return [] }
        let query = isLocking ? Self.bySequence.locking : Self.bySequence.reading
        return try connection.execute(query, PostgresParameters(sequences)).rows.map { row in
            try StoredResponse(row.named(StoredResponse.Columns.self), in: self)
        }
    }
}
