import Foundation
import GRDB
import NPSModel
import NPSQueue
import Testing

/// The books of a file, and its rows as counted by the audit itself.
struct Audit {
    let books: [String: Int]
    let counted: [String: Int]
    let integrity: String?

    /// Of a file that no queue has open.
    init(of path: String) throws {
        let connection = try DatabaseQueue(path: path)
        defer { try? connection.close() }
        self = try connection.writeWithoutTransaction { database in try Audit(reading: database) }
    }

    init(reading database: Database) throws {
        let states = ResponseState.allCases.map(\.rawValue)
        let removed = ["delivered": "removed_delivered", "erased": "removed_erased"]
        let sums = states.map { state in
            "(SELECT COUNT(*) FROM responses WHERE +state = '\(state)') + \(removed[state] ?? "0") AS \(state)"
        }
        let counted = """
            SELECT (SELECT COUNT(*) FROM responses) + removed_delivered + removed_erased AS accepted,
                \(sums.joined(separator: ", ")),
                (SELECT COUNT(*) FROM quarantine) AS quarantined,
                (SELECT COALESCE(SUM(size), 0) FROM quarantine) AS quarantined_bytes,
                (SELECT COUNT(*) FROM responses WHERE +remote IS NOT NULL) AS unconfirmed
            FROM books
            """
        let names = "accepted, \(states.joined(separator: ", ")), quarantined, quarantined_bytes, unconfirmed"
        books = try Self.numbers(database, "SELECT \(names) FROM books")
        self.counted = try Self.numbers(database, counted)
        integrity = try String.fetchOne(database, sql: "PRAGMA integrity_check")
    }

    private static func numbers(_ database: Database, _ sql: String) throws -> [String: Int] {
        guard let row = try Row.fetchOne(database, sql: sql) else { throw QueueError.damaged("the books are missing") }
        return try Dictionary(
            uniqueKeysWithValues: row.columnNames.map { ($0, try row.decode(Int.self, forColumn: $0)) }
        )
    }

    func check() {
        #expect(integrity == "ok")
        #expect(books == counted)
    }
}
