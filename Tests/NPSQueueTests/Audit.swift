import Foundation
import GRDB
import NPSModel
import Testing

@testable import NPSQueue

/// The books of a file, and its rows as counted by the audit itself.
struct Audit {
    let books: [String: Int]
    let counted: [String: Int]
    let integrity: String?
    /// How many cells of the statistics aren't what the rows say.
    let wrongCells: Int?

    /// Of a file that no queue has open.
    init(of path: String) throws {
        let connection = try DatabaseQueue(path: path)
        defer { try? connection.close() }
        self = try connection.writeWithoutTransaction { database in try Audit(reading: database) }
    }

    init(reading database: Database) throws {
        let states = ResponseState.allCases
        let removed: [ResponseState: String] = [.delivered: "removed_delivered", .erased: "removed_erased"]
        let former = try database.tableExists("responses")
        let sums = states.map { state in
            let table = state == .delivered || state == .erased ? "receipts" : "queue"
            var terms = ["(SELECT COUNT(*) FROM \(table) WHERE +state = \(state.code))"]
            if former { terms.append("(SELECT COUNT(*) FROM responses WHERE +state = '\(state.rawValue)')") }
            if let removed = removed[state] { terms.append(removed) }
            return "\(terms.joined(separator: " + ")) AS \(state.rawValue)"
        }
        let rows = ["queue", "receipts"] + (former ? ["responses"] : [])
        let all = rows.map { "(SELECT COUNT(*) FROM \($0))" } + removed.values
        let unconfirmed = rows.dropFirst().map { "(SELECT COUNT(*) FROM \($0) WHERE +remote IS NOT NULL)" }
        let counted = """
            SELECT \(all.joined(separator: " + ")) AS accepted, \(sums.joined(separator: ", ")),
                (SELECT COUNT(*) FROM quarantine) AS quarantined,
                (SELECT COALESCE(SUM(size), 0) FROM quarantine) AS quarantined_bytes,
                \(unconfirmed.joined(separator: " + ")) AS unconfirmed
            FROM books
            """
        let names =
            "accepted, \(states.map(\.rawValue).joined(separator: ", ")), quarantined, quarantined_bytes, unconfirmed"
        books = try Self.numbers(database, "SELECT \(names) FROM books")
        self.counted = try Self.numbers(database, counted)
        integrity = try String.fetchOne(database, sql: "PRAGMA integrity_check")
        wrongCells = try Int.fetchOne(database, sql: Self.wrongCells(rows: ["queue", "receipts"]))
    }

    private static func numbers(_ database: Database, _ sql: String) throws -> [String: Int] {
        guard let row = try Row.fetchOne(database, sql: sql) else { throw QueueError.damaged("the books are missing") }
        return try Dictionary(
            uniqueKeysWithValues: row.columnNames.map { ($0, try row.decode(Int.self, forColumn: $0)) }
        )
    }

    /// Receipts that were removed stay counted. No more arrived than were accepted or edited.
    ///
    /// - Parameter cast: makes a number of a truth.
    static func wrongCells(rows tables: [String], cast: String = "") -> String {
        let rows = tables.map { "SELECT tally, source, 1 AS n FROM \($0) WHERE tally IS NOT NULL UNION ALL" }
        let revisions = tables.map { "(SELECT COALESCE(SUM(revision - 1), 0) FROM \($0))" }
        return """
            SELECT (
                (SELECT COALESCE(SUM(arrivals), 0) FROM traffic)
                    > (SELECT SUM(accepted) FROM books) + \(revisions.joined(separator: " + "))
                AND (SELECT SUM(removed_delivered + removed_erased) FROM books) = 0
            )\(cast) + COUNT(*) FROM (
                SELECT SUM(n) AS n FROM (
                    \(rows.joined(separator: " ")) SELECT tally, source, -count FROM tallies
                ) AS c GROUP BY tally, source
            ) AS s WHERE n > 0 OR (n < 0 AND (SELECT SUM(removed_delivered) FROM books) = 0)
            """
    }

    func check() {
        #expect(wrongCells == 0)
        #expect(integrity == "ok")
        #expect(books == counted)
    }
}
