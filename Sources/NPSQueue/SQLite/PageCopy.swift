import GRDB
import GRDBSQLite

/// Copies a database page by page while it is in use (sqlite.org/backup.html), over the one connection that writes it:
/// what that writes meanwhile, it writes to the copy, too, so the copy never has to begin anew. No other connection could
/// read the file.
///
/// To be used by whoever uses that connection, and ended before it is closed.
final class PageCopy {
    struct Progress: Sendable, Hashable {
        let isDone: Bool
        /// In bytes.
        let done: Int
        let total: Int
    }

    private var target: OpaquePointer?
    private var backup: OpaquePointer?
    private let pageSize: Int

    /// - Parameter path: of an empty file.
    init(of database: Database, to path: String) throws {
        guard let source = database.sqliteConnection else { throw QueueError.closed }
        pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
        let code = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE, nil)
        guard code == SQLITE_OK else {
            sqlite3_close(target)
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: "\(path) can't be opened")
        }
        // It is of no use before its end, and synced as a whole then.
        let pragmas = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
        sqlite3_exec(target, pragmas, nil, nil, nil)
        backup = sqlite3_backup_init(target, "main", source, "main")
        guard backup != nil else {
            let error = failure(sqlite3_errcode(target))
            end()
            throw error
        }
    }

    func step(_ pages: Int) throws -> Progress {
        guard let backup else { throw QueueError.closed }
        let code = sqlite3_backup_step(backup, CInt(clamping: pages))
        let total = Int(sqlite3_backup_pagecount(backup))
        // Below 0 where the file has become shorter meanwhile.
        let left = max(0, Int(sqlite3_backup_remaining(backup)))
        // It says busy while another connection writes, and there is none.
        guard code == SQLITE_OK || code == SQLITE_DONE else { throw failure(code) }
        return Progress(isDone: code == SQLITE_DONE, done: (total - left) * pageSize, total: total * pageSize)
    }

    /// Idempotent.
    func end() {
        sqlite3_backup_finish(backup)
        backup = nil
        sqlite3_close(target)
        target = nil
    }

    private func failure(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errstr(code)))
    }
}
