import GRDB
import Testing

@testable import NPSQueue

extension QueueTransaction {
    /// The rows of SQLite, for tests that look at them directly.
    var sqlite: SQLiteRows { get throws { try #require(rows as? SQLiteRows) } }

    var database: Database { get throws { try sqlite.database } }
}
