import Foundation
import GRDB

@testable import NPSQueue

/// A file with the tables of an earlier version, and rows that a test writes into them.
enum FormerFile {
    /// - Parameters:
    ///   - migration: the last that the version had.
    ///   - rows: statements that write the rows, with balanced books.
    static func make(_ path: String, upTo migration: String, rows: String) throws {
        let connection = try DatabaseQueue(path: path)
        defer { try? connection.close() }
        try Schema.migrator.migrate(connection, upTo: migration)
        try connection.writeWithoutTransaction { database in try database.execute(sql: rows) }
    }

    /// The stored answer of `person1@example.com` and so on.
    static func payload(_ number: Int) -> String {
        #"{"answeredAt":1699999999500,"email":"person\#(number)@example.com","score":9}"#
    }

    /// An id as responses have it, with its number at the end.
    static func id(_ number: Int) -> String { String(format: "nps1-%032x", number) }

    /// A digest as versions before "keyed digests" stored it.
    static let digest = String(repeating: "ab", count: 32)
}
