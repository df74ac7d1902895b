import Dispatch
package import Foundation
package import Logging
import NPSModel
import Synchronization

/// The durable queue between what comes in and Planhat: a response is on disk here before its sender is told that it
/// was received, and its content stays until Planhat has it, it is erased, or an operator decides what to do with it.
///
/// - Ways in: ``accept(_:quarantining:resolving:)``.
/// - Ways out: ``claim(limit:order:)``, then ``settle(_:)`` or ``release(_:)``; ``arrivals()`` and ``nextDue()`` tell when.
/// - For operators: ``status()``, ``list(_:)``, ``show(_:)``, `retry`, quarantine and erasure.
///
/// Every method runs in one or more transactions on serial dispatch queues (``GroupCommit``). It returns once they
/// are durable; when it throws, nothing that it was to do was acknowledged, and it can be repeated. A method that has
/// begun runs to its end even when its task is cancelled. Work on many rows is done in slices (``slice``), so that
/// acceptance gets its turn in between; a slice that was done stays done when a later one fails.
///
/// The rules for the states of a response are in `ResponseLifecycle`, what a database has to offer in `RowStore`.
package final class ResponseQueue: Sendable {
    let configuration: Configuration
    let now: @Sendable () -> Date
    let reserve: DiskReserve
    let fullDisk: FullDiskLog
    /// See ``lastWriteProblem``.
    let writeProblem = Mutex<QueueError?>(nil)
    let personKey: PersonKey
    let logger: Logger
    /// Keeps other processes from a file.
    private let lock: FileLock?
    private let engine: any QueueEngine
    /// The engine of a file; nil for any other.
    let file: SQLiteEngine?
    /// What comes in; the same as ``work`` where it has no lanes of its own.
    private let intake: GroupCommit
    private let work: GroupCommit
    private let signal = ArrivalSignal()
    /// Claimed responses that this version can't decode, waiting to be parked.
    let unreadable = Mutex<[StoredResponse]>([])
    /// Claimed responses that may not be sent, waiting to be given back.
    let unrecorded = Mutex<[ResponseID]>([])

    /// Opens the database, creating it if it is a file that is missing, and migrates its tables. Blocks while it does so:
    /// call it at the start, never on an event loop.
    ///
    /// Responses found `sending` become pending and ambiguous: the last process stopped before it knew whether they had
    /// arrived.
    ///
    /// - Parameter now: the clock. It sets every time that is stored, and decides what is due.
    /// - Throws: `lockedByAnotherProcess` while another process has the file open, `newerSchema`, `moved`, `unfinishedMove`,
    ///   `damaged`, `storage`, `database`, `unsuitableDatabase`, `missingLibrary` or `payloadKeys`.
    package init(
        configuration: Configuration,
        now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) throws(QueueError) {
        let signal = signal
        self.configuration = configuration
        self.now = now
        self.logger = logger
        let fullDisk = FullDiskLog(logger: logger)
        self.fullDisk = fullDisk
        switch configuration.store {
        case .file(let path):
            lock = try FileLock(forDatabase: path)
            if let backup = UnfinishedBackup(ofDatabase: path).remove() {
                logger.notice("removed what an interrupted backup had left", metadata: ["backup": "\(backup)"])
            }
            reserve = DiskReserve(forFile: path, bytes: configuration.diskReserve)
            let file = try SQLiteEngine(
                path: path,
                on: DispatchQueue(label: "nps-queue", qos: .userInitiated),
                grace: configuration.ambiguousGrace,
                truncationPause: configuration.truncationPause,
                pagesPerCheckpoint: configuration.pagesPerCheckpoint,
                largestRewrite: configuration.largestRewrite,
                isMoving: configuration.isMoving,
                namesEpochFile: configuration.namesEpochFile,
                boot: configuration.boot,
                now: now,
                logger: logger,
                onDue: { signal.wake() }
            )
            self.file = file
            engine = file
        case .postgres(let address):
            lock = nil
            file = nil
            // Its disk is the server's.
            reserve = DiskReserve(forFile: "/", bytes: 0)
            engine = try PostgresEngine(
                address,
                configuration: configuration,
                now: now,
                logger: logger,
                onDue: { signal.wake() }
            )
        }
        personKey = engine.personKey
        let (engine, lanes, limit) = (engine, engine.lanes, configuration.waitingLimit)
        let metrics = CommitMetrics(factory: configuration.metrics)
        work = lanes.group(on: [lanes.work], limit: limit, metrics) { jobs, _ in
            engine.commit(jobs, on: lanes.workIndex)
        }
        intake =
            lanes.intake.isEmpty
            ? work : lanes.group(on: lanes.intake, limit: limit, metrics, commit: engine.commit)
        // Said at once, and not only when somebody sends something.
        let start = Milliseconds(now())
        do { try reserve.check(at: start, fresh: true) } catch { noteFullDisk(error) }
    }

    /// Whether a response that was never tried may be sent by POST.
    var createsAreSafe: Bool { engine.createsAreSafe }

    /// Nil where nobody else has the database.
    var lease: LeaseKeeper? { engine.lease }

    /// One element after each commit that left something to claim at once; several that nobody has read yet are merged
    /// into one. Not announced is what was due before the call, and what becomes due later: ask ``nextDue()``. Ends
    /// with ``close()``.
    package func arrivals() -> AsyncStream<Void> {
        signal.stream()
    }

    /// Finishes the transactions that were admitted, refuses new ones with ``QueueError/closed``, moves the log into
    /// the database and releases the file. Idempotent.
    package func close() async {
        // What comes in may share the lane for work.
        await withCheckedContinuation { continuation in intake.close { continuation.resume() } }
        await withCheckedContinuation { continuation in
            work.close { [engine, lock] in
                engine.close()
                lock?.release()
                continuation.resume()
            }
        }
        signal.finish()
    }

    /// Moves the log, in which deleted content is still readable, into the database and truncates it. After a failure,
    /// which is thrown, the queue also retries by itself. Has what is outside the database follow the removal, too.
    func truncateLog() async throws(QueueError) {
        try await onWorkLane { engine throws(QueueError) in try engine.truncateLog() }
        guard let file, let number = try await read({ transaction in transaction.state.epoch?.number }) else { return }
        try await file.record(number)
    }

    /// Has this collector forward whenever no other does, where several share the database. To be called when nothing that a
    /// start needs can fail any more.
    package func beginForwarding() {
        if configuration.forwarding == .inTurn { engine.stand() }
    }

    /// Returns when each of the queue's threads has got round to it, behind the batch that it is at.
    package func beat() async {
        for lane in engine.lanes.intake + [engine.lanes.work] {
            await withCheckedContinuation { continuation in lane.async { continuation.resume() } }
        }
    }

    /// Why what was asked of the queue takes so long, as far as is known.
    package var overdue: QueueError {
        engine.lanes.patience?.refusal() ?? .storage("a write has not ended in time")
    }

    private func onWorkLane(
        _ body: @escaping @Sendable (any QueueEngine) throws(QueueError) -> Void
    ) async throws(QueueError) {
        let result: Result<Void, QueueError> = await withCheckedContinuation { continuation in
            engine.lanes.work.async { [engine] in
                continuation.resume(returning: Result { () throws(QueueError) in try body(engine) })
            }
        }
        try result.get()
    }

    /// What came in and is without a result yet.
    package var uncommitted: Int { intake.uncommitted }

    /// Runs the body in the next transaction and returns its value when that is durable.
    ///
    /// - Parameter body: may run more than once: it is repeated alone when the batch that it was in has failed, and when
    ///   another transaction was in its way.
    func transact<Value: Sendable>(
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        try await work.run(body)
    }

    /// Like ``transact(_:)``, for one slice of work that has no bound of its own. Slices get one transaction each, so
    /// acceptance waits for one of them at most.
    ///
    /// - Parameter body: handles ``slice`` rows at most, and leaves the rest to the next slice.
    func transactSlice<Value: Sendable>(
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        try await work.run(as: GroupCommit.Terms(isSlice: true), body)
    }

    /// Like ``transact(_:)``, for a body that writes nothing.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        try await work.run(as: GroupCommit.Terms(isReading: true)) { transaction in try body(transaction) }
    }

    /// Like ``transactSlice(_:)``, for a body that writes nothing.
    func readSlice<Value: Sendable>(
        _ body: @escaping @Sendable (QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        try await work.run(as: GroupCommit.Terms(isSlice: true, isReading: true)) { transaction in
            try body(transaction)
        }
    }

    /// Like ``transact(_:)``, for what comes in.
    ///
    /// - Parameters:
    ///   - weight: how much of ``Configuration/waitingLimit`` it takes.
    ///   - bytes: about how many it sends to the database.
    ///   - isRepeatable: whether the body may run again after it was perhaps committed.
    ///   - plain: what the body stores, if that is nothing but submissions.
    func accept(
        weight: Int,
        bytes: Int,
        isRepeatable: Bool,
        plain: [Incoming]?,
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Intake
    ) async throws(QueueError) -> Intake {
        let result: Result<Intake, QueueError> = await withCheckedContinuation { continuation in
            let complete: @Sendable (Intake) -> Void = { continuation.resume(returning: .success($0)) }
            intake.submit(
                Job(
                    weight: weight,
                    bytes: bytes,
                    isRepeatable: isRepeatable,
                    plain: plain.map {
                        PlainIntake(incoming: $0, pendingLimit: configuration.pendingLimit, complete: complete)
                    },
                    run: { transaction in
                        let intake = try body(&transaction)
                        return { complete(intake) }
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
            )
        }
        return try result.get()
    }

    /// Writes something harmless where acceptances go, if that isn't where the rest goes, too.
    func probeIntake() async throws(QueueError) {
        guard intake !== work else { return }
        let needsRoom = fullDisk.isRefusing
        try await intake.run { transaction in try transaction.probe(needsRoom: needsRoom) }
    }
}
