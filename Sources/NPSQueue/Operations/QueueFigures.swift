import Dispatch
import Foundation

/// What the metrics tell of the queue, each as far as it could be had.
package struct QueueFigures: Sendable, Hashable {
    /// The disk that a file is on, in bytes.
    package struct Disk: Sendable, Hashable {
        /// What this process may still write.
        package let free: Int64
        /// Below this nothing is accepted.
        package let reserve: Int64
    }

    /// Nil when the database can't say.
    package var status: QueueStatus?
    /// Submissions that wait in memory for their transaction, or are in it.
    package var uncommitted = 0
    /// By part: `file` and `log` of a file, `tables` of a PostgreSQL.
    package var databaseBytes: [String: Int64] = [:]
    /// Nil where the database is a server's.
    package var disk: Disk?
}

extension ResponseQueue {
    /// Reads the books as ``status()`` does, in one transaction that writes nothing, and asks the file system, which works
    /// while the database doesn't. Costs the same for one response and for a million.
    package func figures() async -> QueueFigures {
        async let files = fileFigures()
        let limit = configuration.quarantineByteLimit
        let read = try? await read { transaction in
            var status = try transaction.status()
            status.quarantine = QuarantineUse(transaction.state.shares, limit: limit)
            return (status, try transaction.rows.storedBytes())
        }
        var figures = await files
        figures.status = read?.0
        if let bytes = read?.1 { figures.databaseBytes["tables"] = bytes }
        figures.uncommitted = uncommitted
        return figures
    }

    /// Not on the queue's own thread, which acceptance waits for.
    private func fileFigures() async -> QueueFigures {
        guard case .file(let path) = configuration.store else { return QueueFigures() }
        return await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { [reserve] in
                var figures = QueueFigures()
                for (part, path) in [("file", path), ("log", path + "-wal")] {
                    var status = stat()
                    if stat(path, &status) == 0 { figures.databaseBytes[part] = Int64(status.st_size) }
                }
                figures.disk = reserve.free.map { QueueFigures.Disk(free: $0, reserve: reserve.bytes) }
                continuation.resume(returning: figures)
            }
        }
    }
}
