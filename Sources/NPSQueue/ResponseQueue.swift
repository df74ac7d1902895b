import Dispatch
package import Foundation
package import Logging
import Synchronization

/// The hall of the house: every response is on disk here before anybody is told that it was received, and stays until
/// Planhat has it or a person knows why not.
///
/// All work is done in transactions on one serial dispatch queue (``GroupCommit``); every method returns when its own
/// transaction is durable, or throws, and then nothing of it was acknowledged. A method that has begun runs to its end
/// even when its task is cancelled: half a receipt helps nobody.
///
/// The rules of the states are in `ResponseLifecycle`, the tables in `Schema`.
package final class ResponseQueue: Sendable {
    package struct Configuration: Sendable {
        /// The database file; `PATH-wal` and `PATH.lock` stand beside it.
        package var path: String
        /// Submissions waiting in memory for their transaction; above it, ``QueueError/busy(retryAfter:)``.
        package var waitingLimit = 4_096
        /// Responses not yet delivered; above it, ``QueueError/busy(retryAfter:)``.
        package var pendingLimit = 10_000_000
        /// Above it new deliveries are refused; none is dropped.
        package var quarantineByteLimit = 256 << 20
        /// Bytes that have to be free on the disk for acceptance and readiness; 0 for no reserve.
        package var diskReserve: Int64 = 64 << 20
        /// How long after the start an interrupted delivery waits, in seconds: its request may still be under way.
        package var ambiguousGrace: TimeInterval = 30
        /// Seconds until the log is emptied of what was deleted; when that fails, thirty times as many until the next
        /// try.
        var truncationPause: TimeInterval = 1

        package init(path: String) {
            self.path = path
        }
    }

    let configuration: Configuration
    let now: @Sendable () -> Date
    let reserve: DiskReserve
    let personKey: PersonKey
    let logger: Logger
    private let dispatch = DispatchQueue(label: "nps-queue", qos: .userInitiated)
    private let lock: FileLock
    private let engine: SQLiteEngine
    private let commits: GroupCommit
    private let signal = ArrivalSignal()
    /// Claimed, and waiting to be parked.
    let unreadable = Mutex<[ClaimedRow]>([])

    /// Opens the file, creating it when it is missing, and brings its tables up to date. Blocks for as long as that
    /// takes: call it at the start, from no event loop.
    ///
    /// A second process on the same file is refused. Responses found `sending` become pending and ambiguous.
    package init(
        configuration: Configuration,
        now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) throws(QueueError) {
        let signal = signal
        self.configuration = configuration
        self.now = now
        self.logger = logger
        lock = try FileLock(besides: configuration.path)
        reserve = DiskReserve(forFile: configuration.path, bytes: configuration.diskReserve)
        let engine = try SQLiteEngine(
            path: configuration.path,
            on: dispatch,
            grace: configuration.ambiguousGrace,
            truncationPause: configuration.truncationPause,
            now: now,
            logger: logger,
            onDue: { signal.wake() }
        )
        self.engine = engine
        personKey = engine.personKey
        commits = GroupCommit(on: dispatch, limit: configuration.waitingLimit) { engine.commit($0) }
    }

    /// One element after each commit that left something to claim at once; several at a time are one. Things that
    /// become due later are found with ``nextDue()``; what was due before the call is not announced. Ends with
    /// ``close()``.
    package func arrivals() -> AsyncStream<Void> {
        signal.stream()
    }

    /// Finishes what was begun, empties the log into the database, and lets go of the file. Repeating it is harmless.
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

    /// Empties the log, in which deleted words are still readable, into the database. What fails is tried again later,
    /// too.
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
    /// - Parameter weight: how much of the waiting limit it takes.
    func transact<Value: Sendable>(
        weight: Int = 0,
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        let result: Result<Value, QueueError> = await withCheckedContinuation { continuation in
            commits.submit(
                Job(
                    weight: weight,
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
