import Foundation

/// SQLite's `PATH-wal` between a failed fsync and the next opening of the database.
enum WriteAheadLog {
    /// Writes the log's bytes over themselves and syncs them.
    ///
    /// After a failed fsync, Linux calls the pages clean although they never reached the disk; a later fsync reports
    /// success for nothing, and SQLite's recovery, which reads them from memory, would build on them. Written again,
    /// they are dirty again, and this fsync is about them. Call only while no connection is open.
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
