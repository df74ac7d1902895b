import CLinux
import Foundation
import GRDB

/// Opens the only connection, which writes and checkpoints, and checks that its commits are durable.
enum DatabaseFile {
    /// Opens the file and migrates its tables.
    ///
    /// - Parameters:
    ///   - key: the key in the file that was open before, to open that file again: none is created, and no other is
    ///     accepted. Nil at the start: a missing file is created.
    ///   - isMoving: opens the file also if it has a ``MoveMark``.
    static func open(
        _ path: String,
        expecting key: PersonKey? = nil,
        isMoving: Bool = false
    ) throws(QueueError) -> DatabaseQueue {
        if key == nil {
            if hasForeignLog(path) { throw .foreignLog(path: path) }
            try create(path)
        } else if access(path, F_OK) != 0 {
            throw .storage("\(path) is gone", errno: errno)
        }
        do {
            var configuration = Configuration()
            configuration.label = "nps-queue.sqlite"
            // Without it, GRDB traps when a transaction is still open because its rollback failed; we throw instead.
            configuration.allowsUnsafeTransactions = true
            // Before GRDB reads the schema, for which SQLite would make its shared-memory file.
            configuration.prepareDatabase(prepare)
            let connection = try DatabaseQueue(path: path, configuration: configuration)
            if let key, (try? connection.read(PersonKey.init(reading:))) != key {
                throw QueueError.storage("\(path) is not the queue that was open before")
            }
            if try connection.read(Schema.migrator.hasBeenSuperseded) { throw QueueError.newerSchema(path: path) }
            try Schema.migrator.migrate(connection)
            if !isMoving, let mark = try connection.read(MoveMark.init(reading:)) { throw mark.refusal(of: path) }
            try connection.writeWithoutTransaction(assertDurable)
            return connection
        } catch {
            throw QueueError(error, path: path)
        }
    }

    /// SQLite would take a log for the file's own, whatever file it was written for. A file that says it has none, as
    /// backups do, was put beside it.
    static func hasForeignLog(_ path: String) -> Bool {
        var log = stat()
        guard stat(path + "-wal", &log) == 0, log.st_size > 0, let file = FileHandle(forReadingAtPath: path) else {
            return false
        }
        defer { try? file.close() }
        // The file format of SQLite, §1.3: 2 for a log, 1 for none.
        guard let head = try? file.read(upToCount: 20), head.count == 20 else { return false }
        return head[18] == 1
    }

    /// Readable by the owner only. SQLite gives the log the mode of the database.
    private static func create(_ path: String) throws(QueueError) {
        let descriptor = Foundation.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .storage("\(path) can't be created", errno: errno)
        }
    }

    /// `locking_mode = EXCLUSIVE`, set before the log is first used, keeps every other connection out, even a shell's:
    /// SQLite before 3.51.3 can corrupt a database that two connections checkpoint (sqlite.org/wal.html, "The
    /// WAL-Reset Bug"). It also spares the shared-memory file and two locks a transaction.
    private static let pragmas = [
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "wal_autocheckpoint = 0",
        "journal_size_limit = 67108864",
        "temp_store = MEMORY",
    ]

    @Sendable
    private static func prepare(_ database: Database) throws {
        for pragma in pragmas {
            _ = try Row.fetchAll(database, sql: "PRAGMA \(pragma)")
        }
    }

    /// Reads back what every acknowledgement relies on: GRDB resets `synchronous` in some of its configurations, and a
    /// file system without shared memory refuses WAL without an error.
    @Sendable
    private static func assertDurable(_ database: Database) throws {
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        guard synchronous == 2 else { throw QueueError.storage("SQLite refuses PRAGMA synchronous = FULL") }
        let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        guard journal == "wal" else { throw QueueError.storage("SQLite refuses PRAGMA journal_mode = WAL") }
    }
}
