import Testing

@testable import NPSQueue

extension Audit {
    /// Of a schema in PostgreSQL: the sum of all writers' books, and its rows.
    init(reading connection: PostgresConnection) throws {
        let states = ResponseState.allCases
        let names =
            ["accepted"] + states.map(\.rawValue) + ["quarantined", "quarantined_bytes", "unconfirmed"]
        let rows = states.map { state in
            let removed: [ResponseState: String] = [.delivered: "removed_delivered", .erased: "removed_erased"]
            let gone = removed[state].map { " + (SELECT SUM(\($0)) FROM books)" } ?? ""
            return "(SELECT count(*) FROM responses WHERE state = \(state.code))\(gone)"
        }
        let counted =
            ["(SELECT count(*) FROM responses) + (SELECT SUM(removed_delivered + removed_erased) FROM books)"] + rows
            + [
                "(SELECT count(*) FROM quarantine)", "(SELECT COALESCE(SUM(size), 0) FROM quarantine)",
                "(SELECT count(*) FROM responses WHERE remote IS NOT NULL)",
            ]
        let sums = names.map { "(SELECT SUM(\($0)) FROM books)" }
        books = try Self.numbers(connection, names, sums)
        self.counted = try Self.numbers(connection, names, counted)
        let shares = try connection.run(
            """
            SELECT count(*) FROM (
                SELECT source, SUM(entries) AS entries, SUM(bytes) AS bytes FROM quarantine_shares GROUP BY source
            ) AS s FULL JOIN (
                SELECT source, count(*) AS entries, SUM(size) AS bytes FROM quarantine GROUP BY source
            ) AS q USING (source)
            WHERE COALESCE(s.entries, 0) <> COALESCE(q.entries, 0) OR COALESCE(s.bytes, 0) <> COALESCE(q.bytes, 0)
            """
        )
        wrongCells = try connection.run(Self.wrongCells(rows: ["responses"], cast: "::int")).text.flatMap { Int($0) }
        integrity = shares.text == "0" ? "ok" : "the quarantine's shares differ"
    }

    private static func numbers(
        _ connection: PostgresConnection,
        _ names: [String],
        _ expressions: [String]
    ) throws -> [String: Int] {
        let columns = expressions.map { "(\($0))::int8" }.joined(separator: ", ")
        let row = try #require(try connection.execute(Query("SELECT \(columns)")).first)
        var numbers: [String: Int] = [:]
        for (index, name) in names.enumerated() { numbers[name] = try row.value(index) }
        return numbers
    }
}
