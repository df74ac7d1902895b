import CLinux
import Dispatch
import Foundation

/// What the metrics tell of what the database holds, each as far as it could be had.
package struct QueueFigures: Sendable, Hashable {
    /// Nil when the database can't say.
    package var status: QueueStatus?
    /// Size of the tables of a PostgreSQL with their indexes; nil for a file.
    package var tableBytes: Int64?

    package init(status: QueueStatus? = nil, tableBytes: Int64? = nil) {
        (self.status, self.tableBytes) = (status, tableBytes)
    }
}

/// What the file system tells of a queue in a file; nothing for one in PostgreSQL.
package struct StorageFigures: Sendable, Hashable {
    /// The disk that the file is on, in bytes.
    package struct Disk: Sendable, Hashable {
        package let size: Int64
        /// What this process may still write.
        package let free: Int64
        /// Below this nothing is accepted.
        package let reserve: Int64
    }

    /// Sizes by part, `file` and `log`, of those that are there.
    package var fileBytes: [String: Int64] = [:]
    /// Nil also when the file system can't be queried.
    package var disk: Disk?
}

extension ResponseQueue {
    /// Reads the books as ``status()`` does, in one transaction that writes nothing. Costs the same for one response and for
    /// a million.
    package func figures() async -> QueueFigures {
        let limit = configuration.quarantineByteLimit
        let read = try? await read { transaction in
            var status = try transaction.status()
            status.quarantine = QuarantineUse(transaction.state.shares, limit: limit)
            return (status, try transaction.rows.storedBytes())
        }
        return QueueFigures(status: read?.0, tableBytes: read?.1)
    }

    /// Asks the file system, which works while the database doesn't. Not on the queue's own thread, which acceptance waits
    /// for.
    package func storageFigures() async -> StorageFigures {
        guard case .file(let path) = configuration.store else { return StorageFigures() }
        return await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { [reserve] in
                var figures = StorageFigures()
                for (part, path) in [("file", path), ("log", path + "-wal")] {
                    var status = stat()
                    if stat(path, &status) == 0 { figures.fileBytes[part] = Int64(status.st_size) }
                }
                figures.disk = reserve.space.map { space in
                    StorageFigures.Disk(size: space.size, free: space.free, reserve: reserve.bytes)
                }
                continuation.resume(returning: figures)
            }
        }
    }
}
