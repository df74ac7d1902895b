import Dispatch
package import Foundation
package import Logging
import Synchronization

/// The durable queue between what comes in and Planhat: a response is on disk here before its sender is told that it
/// was received, and its content stays until Planhat has it, it is erased, or an operator decides what to do with it.
///
/// - Ways in: ``accept(_:quarantining:resolving:)``.
/// - Ways out: ``claim(limit:order:)``, then ``settle(_:)`` or ``release(_:)``; ``arrivals()`` and ``nextDue()`` tell when.
/// - For operators: ``status()``, ``list(_:)``, ``show(_:)``, `retry`, quarantine and erasure.
///
/// Every method runs in one or more transactions on one serial dispatch queue (``GroupCommit``). It returns once they
/// are durable; when it throws, nothing that it was to do was acknowledged, and it can be repeated. A method that has
/// begun runs to its end even when its task is cancelled. Work on many rows is done in slices (``slice``), so that
/// acceptance gets its turn in between; a slice that was done stays done when a later one fails.
///
/// The rules for the states of a response are in `ResponseLifecycle`, what a database has to offer in `RowStore`.
package final class ResponseQueue: Sendable {
    package struct Configuration: Sendable {
        /// The database file. SQLite's log `PATH-wal` and the lock file `PATH.lock` are next to it.
        package var path: String
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

        package init(path: String) {
            self.path = path
        }
    }

    let configuration: Configuration
    let now: @Sendable () -> Date
    let reserve: DiskReserve
    let fullDisk: FullDiskLog
    let personKey: PersonKey
    let logger: Logger
    private let dispatch = DispatchQueue(label: "nps-queue", qos: .userInitiated)
    private let lock: FileLock
    private let engine: SQLiteEngine
    private let commits: GroupCommit
    private let signal = ArrivalSignal()
    /// Claimed responses that this version can't decode, waiting to be parked.
    let unreadable = Mutex<[StoredResponse]>([])

    /// Opens the file, creating it if it is missing, and migrates its tables. Blocks while it does so: call it at the
    /// start, never on an event loop.
    ///
    /// Responses found `sending` become pending and ambiguous: the last process stopped before it knew whether they had
    /// arrived.
    ///
    /// - Parameter now: the clock. It sets every time that is stored, and decides what is due.
    /// - Throws: `lockedByAnotherProcess` while another process has the file open, `newerSchema`, `damaged` or
    ///   `storage`.
    package init(
        configuration: Configuration,
        now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) throws(QueueError) {
        let signal = signal
        self.configuration = configuration
        self.now = now
        self.logger = logger
        lock = try FileLock(forDatabase: configuration.path)
        let reserve = DiskReserve(forFile: configuration.path, bytes: configuration.diskReserve)
        let fullDisk = FullDiskLog(logger: logger)
        self.reserve = reserve
        self.fullDisk = fullDisk
        let engine = try SQLiteEngine(
            path: configuration.path,
            on: dispatch,
            grace: configuration.ambiguousGrace,
            truncationPause: configuration.truncationPause,
            pagesPerCheckpoint: configuration.pagesPerCheckpoint,
            largestRewrite: configuration.largestRewrite,
            now: now,
            logger: logger,
            onDue: { signal.wake() }
        )
        self.engine = engine
        personKey = engine.personKey
        commits = GroupCommit(on: dispatch, limit: configuration.waitingLimit) { engine.commit($0) }
        // Said at once, and not only when somebody sends something.
        let start = Milliseconds(now())
        do { try reserve.check(at: start, fresh: true) } catch { fullDisk.refused(at: start) }
    }

    /// One element after each commit that left something to claim at once; several that nobody has read yet are merged
    /// into one. Not announced is what was due before the call, and what becomes due later: ask ``nextDue()``. Ends
    /// with ``close()``.
    package func arrivals() -> AsyncStream<Void> {
        signal.stream()
    }

    /// Finishes the transactions that were admitted, refuses new ones with ``QueueError/closed``, moves the log into
    /// the database and releases the file. Idempotent.
    package func close() async {
        await withCheckedContinuation { continuation in
            commits.close { [engine, lock] in
                engine.close()
                lock.release()
                continuation.resume()
            }
        }
        signal.finish()
    }

    /// Moves the log, in which deleted content is still readable, into the database and truncates it. After a failure,
    /// which is thrown, the queue also retries by itself.
    func truncateLog() async throws(QueueError) {
        let result: Result<Void, QueueError> = await withCheckedContinuation { continuation in
            dispatch.async { [engine] in
                continuation.resume(returning: Result { () throws(QueueError) in try engine.truncateLog() })
            }
        }
        try result.get()
    }

    /// Runs the body in the next transaction and returns its value when that is durable.
    ///
    /// - Parameters:
    ///   - weight: how much of ``Configuration/waitingLimit`` it takes; 0 for work that is always admitted.
    ///   - body: may run more than once: it is repeated alone when the batch that it was in has failed.
    func transact<Value: Sendable>(
        weight: Int = 0,
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        try await transact(weight: weight, isSlice: false, body)
    }

    /// Like ``transact(weight:_:)``, for one slice of work that has no bound of its own. Slices get one transaction
    /// each, so acceptance waits for one of them at most.
    ///
    /// - Parameter body: handles ``slice`` rows at most, and leaves the rest to the next slice.
    func transactSlice<Value: Sendable>(
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        try await transact(weight: 0, isSlice: true, body)
    }

    private func transact<Value: Sendable>(
        weight: Int,
        isSlice: Bool,
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        let result: Result<Value, QueueError> = await withCheckedContinuation { continuation in
            commits.submit(
                Job(
                    weight: weight,
                    isSlice: isSlice,
                    run: { transaction in
                        let value = try body(&transaction)
                        return { continuation.resume(returning: .success(value)) }
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
            )
        }
        return try result.get()
    }
}
