import GRDB

/// A transaction that is durable, and what it leaves to be done.
struct SQLiteTransactionResult: Sendable {
    let completions: [@Sendable () -> Void]
    let state: CommittedState
    let leavesDue: Bool
    let leavesDeletedContent: Bool
    /// Pages written to the log.
    let pages: Int
}

/// The only connection to the file, with its statements.
///
/// To be used by one thread at a time. GRDB opens the file, migrates it and checkpoints; the queue's own transactions
/// go to SQLite directly.
final class SQLiteConnection {
    /// The key in this file.
    let personKey: PersonKey
    private let connection: DatabaseQueue
    private let path: String
    private let place: FilePlace?
    private let statements: StatementCache
    /// Nil while no backup is made.
    private var copy: PageCopy?

    /// Opens the file, as `DatabaseFile.open` does.
    init(_ path: String, expecting key: PersonKey? = nil, isMoving: Bool = false) throws(QueueError) {
        connection = try DatabaseFile.open(path, expecting: key, isMoving: isMoving)
        self.path = path
        place = FilePlace(path)
        do {
            personKey = try connection.read(PersonKey.init(reading:))
            statements = try connection.unsafeRead(StatementCache.init)
        } catch {
            throw QueueError(error, path: path)
        }
    }

    /// Idempotent.
    func close() {
        endCopy()
        statements.invalidate()
        try? connection.close()
    }

    /// How many rows have been changed since the file was opened.
    var totalChanges: Int { statements.totalChanges }

    /// What the last transaction left.
    func state() throws -> CommittedState {
        try CommittedState(reading: statements)
    }

    private static let begin = Query("BEGIN IMMEDIATE")
    private static let commit = Query("COMMIT")
    private static let rollback = Query("ROLLBACK")

    /// Runs the body in one transaction, which is durable when this returns and rolled back when it throws.
    ///
    /// - Parameter committed: what the last transaction left.
    func transact(
        from committed: CommittedState,
        at now: Milliseconds,
        _ body: (inout QueueTransaction) throws -> [@Sendable () -> Void]
    ) throws -> SQLiteTransactionResult {
        // What would be acknowledged now, nobody would find any more after the end of this process.
        guard FilePlace(path) == place else {
            throw QueueError.storage(
                "\(path) isn't the file that was opened: it was replaced or removed while it was in use"
            )
        }
        return try connection.writeWithoutTransaction { database in
            try statements.execute(Self.begin)
            do {
                let rows = SQLiteRows(
                    database: database,
                    statements: statements,
                    personKey: personKey,
                    hasFormerRows: committed.upgrade != nil,
                    upsertsThrough: committed.epoch?.upsertsThrough ?? 0
                )
                var transaction = QueueTransaction(rows: rows, now: now, personKey: personKey, state: committed)
                try transaction.noticeClock()
                let completions = try body(&transaction)
                try transaction.writeState(after: committed)
                if let epoch = transaction.state.epoch, epoch != committed.epoch { try rows.write(epoch) }
                try statements.execute(Self.commit)
                return SQLiteTransactionResult(
                    completions: completions,
                    state: transaction.state,
                    leavesDue: transaction.leavesDue,
                    leavesDeletedContent: transaction.leavesDeletedContent,
                    pages: WriteAheadLog.takePagesWritten(by: database)
                )
            } catch {
                // Fails where the error ended the transaction already.
                _ = try? statements.execute(Self.rollback)
                throw error
            }
        }
    }

    func checkpoint(_ mode: Database.CheckpointMode) throws {
        try connection.writeWithoutTransaction { database in
            _ = try database.checkpoint(mode)
            // SQLite also counts the pages that it copied to the database; those aren't in the log.
            _ = WriteAheadLog.takePagesWritten(by: database)
        }
    }
}

/// For a backup.
extension SQLiteConnection {
    /// - Parameter path: of an empty file.
    func beginCopy(to path: String) throws {
        guard copy == nil else {
            throw QueueError.unmadeBackup("A backup is being made already. Wait until it is done.")
        }
        copy = try connection.writeWithoutTransaction { database in try PageCopy(of: database, to: path) }
    }

    /// Copies so many more pages.
    func continueCopy(by pages: Int) throws -> PageCopy.Progress {
        guard let copy else {
            throw QueueError.unmadeBackup("The queue's file was opened anew meanwhile, after an error. Try again.")
        }
        return try connection.writeWithoutTransaction { _ in try copy.step(pages) }
    }

    /// Idempotent.
    func endCopy() {
        copy?.end()
        copy = nil
    }
}

/// What was deleted may still be readable: where SQLite moves rows between pages, it leaves copies of them that
/// `secure_delete` doesn't clear (seen with 3.40.1). What is written anew has none.
extension SQLiteConnection {
    /// Acceptance waits meanwhile, so only as much as takes a fraction of a second.
    static let largestRewrite = 32 << 20

    /// Writes the whole file anew. False, and nothing is done, for one with more than so many bytes.
    func rewriteFile(upTo largest: Int) throws -> Bool {
        try connection.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? .max
            let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? .max
            guard pages <= largest / pageSize else { return false }
            try database.execute(sql: "VACUUM")
            return true
        }
    }

    private static let mostRows = 10_000
    /// In bytes. Every deletion has them written again, so they are fewer than for a whole file, which hasn't many rows.
    private static let mostWords = 8 << 20

    /// Writes the tables anew that hold what people wrote: an emptied table gives its pages back, and those are cleared.
    /// False, and nothing is done, when there are more rows than `mostRows`, or more than `mostWords` in them, and
    /// while there are rows of an earlier version.
    func rewriteWords(_ state: CommittedState) throws -> Bool {
        let books = state.books
        guard
            state.upgrade == nil, books.undelivered + books.quarantined <= Self.mostRows,
            books.quarantinedBytes <= Self.mostWords
        else { return false }
        return try connection.writeWithoutTransaction { database in
            let sum = "SELECT COALESCE(SUM(length(CAST(payload AS BLOB))), 0) FROM queue"
            let bytes = try Int.fetchOne(database, sql: sum) ?? .max
            guard bytes <= Self.mostWords else { return false }
            try database.inTransaction(.immediate) {
                for table in ["queue", "quarantine"] {
                    // A table without a WHERE is emptied page by page, not row by row.
                    try database.execute(
                        sql: """
                            CREATE TEMP TABLE kept AS SELECT * FROM \(table);
                            DELETE FROM \(table);
                            INSERT INTO \(table) SELECT * FROM kept;
                            DROP TABLE kept;
                            """
                    )
                }
                return .commit
            }
            return true
        }
    }
}
