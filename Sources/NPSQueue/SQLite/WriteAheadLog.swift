import Foundation
import GRDB
import GRDBSQLite

/// SQLite's log, the file `PATH-wal`.
enum WriteAheadLog {
    /// How many pages the connection has written since this was called last.
    static func takePagesWritten(by database: Database) -> Int {
        var pages: CInt = 0
        var highest: CInt = 0
        sqlite3_db_status(database.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 1)
        return Int(pages)
    }

    /// Overwrites the log's bytes with themselves and syncs them.
    ///
    /// After a failed fsync, Linux marks the pages clean although they never reached the disk. A later fsync then
    /// succeeds without writing them, and SQLite's recovery, which reads them from memory, would rely on them. Writing
    /// them again makes them dirty, so that this fsync writes them. Call it only while no connection is open.
    ///
    /// - Throws: `storage`. A log that doesn't exist is no error.
    static func rewrite(ofDatabase path: String) throws(QueueError) {
        let file = path + "-wal"
        let descriptor = open(file, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw .storage("\(file) can't be opened", errno: errno)
        }
        defer { close(descriptor) }
        guard rewrite(descriptor), fsync(descriptor) == 0 else {
            throw .storage("\(file) can't be written", errno: errno)
        }
    }

    private static func rewrite(_ descriptor: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            guard count > 0 else { return count == 0 }
            guard pwrite(descriptor, buffer, count, offset) == count else { return false }
            offset += off_t(count)
        }
    }
}
