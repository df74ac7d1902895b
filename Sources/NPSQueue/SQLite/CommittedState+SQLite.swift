import Foundation
import GRDB

extension CommittedState {
    init(reading statements: StatementCache) throws {
        guard let books = try statements.fetchOne(Books.self, Books.Columns.row) else {
            throw QueueError.damaged("its books are missing")
        }
        guard let time = try statements.fetchOne(ConfirmedTime.self, ConfirmedTime.Columns.row) else {
            throw QueueError.damaged("its record of the clock is missing")
        }
        self.init(
            books: books,
            shares: try QuarantineShares(reading: statements),
            time: time,
            upgrade: try QueueUpgrade(reading: statements),
            epoch: try statements.fetchOne(QueueEpoch.self, QueueEpoch.Columns.row)
        )
    }
}

extension QueueUpgrade {
    private static let table = Query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'responses'")
    private static let first = Query("SELECT MIN(sequence) FROM responses")

    /// Nil when there are no rows of an earlier version.
    fileprivate init?(reading statements: StatementCache) throws {
        let isThere: Int? = try statements.fetchValue(Self.table)
        guard isThere != nil else { return nil }
        let first: Int64? = try statements.fetchValue(Self.first)
        let last: Int64? = try statements.fetchValue(SQLiteRows.lastFormer)
        self.init(reached: max(0, (first ?? 1) - 1), last: last ?? 0)
    }
}

extension PersonKey {
    init(reading database: Database) throws {
        guard let key = try Data.fetchOne(database, sql: "SELECT key FROM person_key") else {
            throw QueueError.damaged("its key is missing")
        }
        self.init(key)
    }
}
