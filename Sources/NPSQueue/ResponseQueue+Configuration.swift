package import CoreMetrics
package import Foundation

extension ResponseQueue {
    /// Where the queue is, how much it takes, and how long it waits.
    package struct Configuration: Sendable {
        /// Where the rows are.
        package enum Store: Sendable {
            /// A database file of SQLite's. Its log `PATH-wal` and the lock file `PATH.lock` are next to it.
            case file(path: String)
            /// A PostgreSQL, which several collectors may share.
            case postgres(PostgresAddress)
        }

        package var store: Store
        /// How many submissions may wait in memory for their transaction; more are refused with
        /// ``QueueError/busy(retryAfter:)``.
        package var waitingLimit = 4_096
        /// How many responses may be undelivered; more are refused with ``QueueError/busy(retryAfter:)``.
        package var pendingLimit = 10_000_000
        /// How much the quarantine may hold, in bytes, shared between sources by ``QuarantineShares``. What doesn't fit
        /// is refused; no entry is dropped.
        package var quarantineByteLimit = 256 << 20
        /// Bytes that must be free on the disk for acceptance and readiness; 0 for no reserve.
        package var diskReserve: Int64 = 64 << 20
        /// Seconds until a queue on a full disk looks by itself whether there is room again.
        package var fullDiskPause = 10.0
        /// Seconds from the start until a delivery that the last stop interrupted is retried, by how many responses it
        /// may have carried. It covers the request's own time limit, for as long as the kernel goes on sending after
        /// the process has died, and the time for which the API may work on it after that.
        package var ambiguousGrace: @Sendable (_ responses: Int) -> TimeInterval = { 60 + 0.01 * TimeInterval($0) }
        /// Seconds from a deletion until the log, which still holds the deleted content, is emptied. After a failure it
        /// is retried after thirty times as long.
        var truncationPause: TimeInterval = 1
        /// How long the log gets before it is moved into the database. SQLite's default is 1,000 pages; twice as many
        /// halve the syncs, and the log stays at 8 MiB.
        var pagesPerCheckpoint = 2_000
        /// How large a file is written anew as a whole after deletions, in bytes; see `SQLiteConnection`.
        var largestRewrite = SQLiteConnection.largestRewrite

        /// When a collector forwards, of those that share a database.
        package enum Forwarding: Sendable {
            /// From the opening on, whoever did until then, and not again once another one does.
            case atOnce
            /// Whenever no other does, from ``ResponseQueue/beginForwarding()`` on.
            case inTurn
            case never
        }

        package var forwarding = Forwarding.atOnce
        /// Of the program, for those who look at the collectors that share a database.
        package var version = ""
        /// For how long, in seconds, callers wait for a database that was lost, from when they ask; then they are refused.
        /// What has begun by then is waited for.
        package var patience: TimeInterval = 5
        /// How often, in seconds, a collector looks for what others have accepted.
        package var arrivalPause: TimeInterval = 1
        /// What counts how it goes.
        package var metrics: any MetricsFactory = NOOPMetricsHandler.instance
        /// Whether it is opened to be moved, and therefore also if it has a ``MoveMark``.
        var isMoving = false
        /// Whether the file beside a database says which file it is, so that a copy of both is recognised. Tests of what
        /// is left on a disk copy files.
        var namesEpochFile = true
        /// Which start of the machine this is, by which a file is recognised that comes back with a snapshot of the disk; nil
        /// where nobody knows.
        package var boot = BootID.ofKernel

        package init(_ store: Store) {
            self.store = store
        }

        package init(path: String) {
            self.init(.file(path: path))
        }
    }
}
