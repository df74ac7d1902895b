import Dispatch
import Foundation
import GRDB
import Logging
import Synchronization

/// Runs each batch of jobs in one SQLite transaction, keeps the log short, and reopens the file after an error.
///
/// Used only on the dispatch queue of group commit, so its lock is never contended; the lock is what makes this type
/// `Sendable` without an unchecked promise.
final class SQLiteEngine: QueueEngine {
    private struct State {
        /// Nil after an error that leaves it in an unknown state, and after ``close()``.
        var connection: SQLiteConnection?
        var isClosed = false
        /// As the last transaction left it.
        var committed: CommittedState
        /// Pages written to the log since the last checkpoint.
        var pagesInLog = 0
        /// Whether the log may still hold content that was deleted from the database.
        var owesTruncation = false
        var isTruncationScheduled = false
        /// Whether copies of deleted content may stand in the database; see ``rewriteIfOwed(_:)``. What an earlier
        /// process left is unknown.
        var owesRewrite = true
        var lastRewrite: ContinuousClock.Instant?
        /// Whether responses that were being sent when the last process ended are still `sending`, because the disk was
        /// full at the start.
        var owesInterruption = false
        var isInterruptionScheduled = false
    }

    /// Every delivery leaves deleted content. To rewrite the file after each would wear out the disk.
    private static let rewritePause = Duration.seconds(3_600)

    let personKey: PersonKey
    let createsAreSafe = true
    let lease: LeaseKeeper? = nil
    let lanes: QueueLanes
    private let path: String
    private let grace: @Sendable (_ responses: Int) -> TimeInterval
    private let truncationPause: TimeInterval
    private let pagesPerCheckpoint: Int
    private let largestRewrite: Int
    private let isMoving: Bool
    private let dispatch: DispatchQueue
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let onDue: @Sendable () -> Void
    private let epochs: EpochKeeper
    private let state: Mutex<State>

    /// Opens the file. Responses that were being sent when the last process ended become pending and ambiguous: at once,
    /// or, when the disk is full, as soon as there is room.
    ///
    /// - Parameters:
    ///   - dispatch: the serial queue on which everything is called.
    ///   - grace: seconds until those responses are retried, by how many they are.
    ///   - truncationPause: seconds from a deletion until the log is truncated.
    ///   - pagesPerCheckpoint: how long the log gets before it is moved into the database.
    ///   - largestRewrite: in bytes, how large a file is written anew as a whole after deletions.
    ///   - isMoving: opens the file also if it has a mark.
    ///   - namesEpochFile: see `ResponseQueue.Configuration`.
    ///   - boot: see there.
    ///   - onDue: called after a commit that left something to claim.
    init(
        path: String,
        on dispatch: DispatchQueue,
        grace: @escaping @Sendable (_ responses: Int) -> TimeInterval,
        truncationPause: TimeInterval,
        pagesPerCheckpoint: Int,
        largestRewrite: Int,
        isMoving: Bool,
        namesEpochFile: Bool,
        boot: BootID?,
        now: @escaping @Sendable () -> Date,
        logger: Logger,
        onDue: @escaping @Sendable () -> Void
    ) throws(QueueError) {
        self.path = path
        self.grace = grace
        self.truncationPause = truncationPause
        self.pagesPerCheckpoint = pagesPerCheckpoint
        self.largestRewrite = largestRewrite
        self.isMoving = isMoving
        self.dispatch = dispatch
        lanes = QueueLanes(work: dispatch)
        self.now = now
        self.logger = logger
        self.onDue = onDue
        let connection = try SQLiteConnection(path, isMoving: isMoving)
        epochs = try EpochKeeper(besideDatabase: path, namesItself: namesEpochFile, boot: boot, logger: logger)
        do {
            personKey = connection.personKey
            var opened = State(connection: connection, committed: try connection.state())
            opened.owesInterruption = true
            state = Mutex(opened)
            try state.withLock { try interruptIfOwed(&$0) }
        } catch {
            throw QueueError(error, path: path)
        }
        // The last process may have ended before it emptied the log of what it had delivered.
        state.withLock { state in _ = try? truncateLog(&state) }
        logger.info("The queue is open")
    }

    /// Nobody else has the file open.
    func stand() {}

    func commit(_ jobs: [Job], on lane: Int) {
        commit(jobs)
    }

    private func commit(_ jobs: [Job]) {
        do {
            let result = try state.withLock { state in try transact(jobs, &state) }
            for completion in result.completions { completion() }
            if result.leavesDue { onDue() }
            checkpointIfNeeded(after: result)
        } catch {
            retryOrRefuse(jobs, after: error)
        }
    }

    private func retryOrRefuse(_ jobs: [Job], after error: any Error) {
        let failure = QueueError(error, path: path)
        let concernsOneJob = error is QueueError || (error as? DatabaseError)?.concernsStatementOnly == true
        guard jobs.count > 1, concernsOneJob || failure == .diskFull, !isBroken else {
            // A full disk is reported once, by ``FullDiskLog``, and not for each response that it refuses.
            if failure != .diskFull || jobs.allSatisfy({ $0.weight == 0 }) {
                logger.error("A transaction failed", metadata: ["reason": "\(failure)", "jobs": "\(jobs.count)"])
            }
            for job in jobs { job.refuse(failure) }
            return
        }
        for job in jobs {
            // On a full disk acceptance fails at once; a job that makes room or only reads is tried alone.
            if failure == .diskFull, job.weight > 0 { job.refuse(failure) } else { commit([job]) }
        }
    }

    private var isBroken: Bool { state.withLock { $0.connection == nil } }

    private func transact(_ jobs: [Job], _ state: inout State) throws -> SQLiteTransactionResult {
        let connection = try openConnection(&state)
        try interruptIfOwed(&state)
        do {
            return try write(on: connection, &state) { transaction in
                try jobs.map { try Self.run($0, in: &transaction, on: connection) }
            }
        } catch let error as DatabaseError where error.resultCode != .SQLITE_FULL && !error.concernsStatementOnly {
            drop(&state)
            throw error
        }
    }

    /// One transaction, whose result is the new state once it is durable.
    private func write(
        on connection: SQLiteConnection,
        _ state: inout State,
        _ body: (inout QueueTransaction) throws -> [@Sendable () -> Void]
    ) throws -> SQLiteTransactionResult {
        let result = try connection.transact(from: state.committed, at: Milliseconds(now()), body)
        state.committed = result.state
        state.pagesInLog += result.pages
        return result
    }

    /// When a job refuses before it has written anything, only that job fails; any other error rolls everything back.
    private static func run(
        _ job: Job,
        in transaction: inout QueueTransaction,
        on connection: SQLiteConnection
    ) throws -> @Sendable () -> Void {
        let changes = connection.totalChanges
        do {
            return try job.run(&transaction)
        } catch let refusal as QueueError where connection.totalChanges == changes {
            return { job.refuse(refusal) }
        }
    }
}

extension SQLiteEngine {
    /// After a failed write or sync, nothing that SQLite or the kernel has cached can be trusted: only a connection
    /// that reads the file anew knows what is in it.
    private func drop(_ state: inout State) {
        state.connection?.close()
        state.connection = nil
    }

    private func openConnection(_ state: inout State) throws -> SQLiteConnection {
        if let connection = state.connection { return connection }
        if state.isClosed { throw QueueError.closed }
        try WriteAheadLog.rewrite(ofDatabase: path)
        let connection = try SQLiteConnection(path, expecting: personKey, isMoving: isMoving)
        let (claimed, latest) = (state.committed.claimed, state.committed.latest)
        let owesInterruption = state.owesInterruption
        var committed = try connection.state()
        guard epochs.isCurrent(committed.epoch) else {
            connection.close()
            throw QueueError.storage("\(path) is not the queue that was open before, but an earlier state of it")
        }
        committed.claimed = claimed
        committed.latest = latest
        // Before the release, which would take what may have arrived for unsent.
        if owesInterruption { try interrupt(on: connection, &committed) }
        try inSlices(on: connection, &committed) { transaction, after in
            try transaction.releaseUnclaimed(after: after, limit: ResponseQueue.slice)
        }
        state.owesInterruption = false
        logger.notice("The queue's file was reopened after an error")
        state.connection = connection
        state.committed = committed
        // What failed to commit may be in the file all the same: accepted, so somebody has to look for it; delivered or
        // erased, so the log holds its content.
        onDue()
        state.owesTruncation = true
        scheduleTruncation(&state)
        return connection
    }

    /// Does what the start couldn't do on a full disk. While that is still full, everything that needs no room works.
    private func interruptIfOwed(_ state: inout State) throws {
        guard state.owesInterruption, let connection = state.connection else { return }
        do {
            try interrupt(on: connection, &state.committed)
            state.owesInterruption = false
            // What was interrupted is due after the grace, which nobody has been told.
            onDue()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            scheduleInterruption(&state)
        } catch {
            drop(&state)
            throw error
        }
    }

    /// What is done of it when it throws is durable, and found done when it is repeated.
    private func interrupt(on connection: SQLiteConnection, _ committed: inout CommittedState) throws {
        if !epochs.isOpen { try openEpoch(on: connection, &committed) }
        var count = 0
        try inSlices(on: connection, &committed) { transaction, after in
            let part = try transaction.interruptSending(after: after, limit: ResponseQueue.slice, grace: grace)
            count += part.count
            return part.last
        }
        guard count > 0 else { return }
        logger.notice(
            "The last stop interrupted a delivery, whose outcome is unknown",
            metadata: ["responses": "\(count)"]
        )
    }

    /// Before anything is claimed.
    private func openEpoch(on connection: SQLiteConnection, _ committed: inout CommittedState) throws {
        let (former, now) = (committed, Milliseconds(now()))
        try epochs.open(former, at: now, grace: .seconds(grace(Self.largestRequest))) { epoch in
            let result = try connection.transact(from: former, at: now) { transaction in
                transaction.state.epoch = epoch
                // What a file that was put back says of alerts is of another time.
                let isRestored = epoch.restoredAt != nil && epoch.lineage != former.epoch?.lineage
                if isRestored { try transaction.rows.removeAlerts() }
                return []
            }
            committed = result.state
        }
    }

    /// In responses; what may have been under way when a file was put back isn't known.
    private static let largestRequest = 5_000

    /// Has what is outside the database follow what was claimed; see ``QueueEpoch``. To be called before anything of it
    /// is sent.
    ///
    /// - Parameter number: the epoch's number after the claim.
    func record(_ number: Int64) async throws(QueueError) { try await epochs.record(number) }

    /// Runs transactions until there is nothing left to do.
    ///
    /// - Parameters:
    ///   - committed: the state that the last of them left, also when this throws.
    ///   - slice: gets the last sequence number that the slice before handled, 0 at first, and returns its own; nil when
    ///     there are no more.
    private func inSlices(
        on connection: SQLiteConnection,
        _ committed: inout CommittedState,
        _ slice: (inout QueueTransaction, Int64) throws -> Int64?
    ) throws {
        var last: Int64? = 0
        while let after = last {
            let result = try connection.transact(from: committed, at: Milliseconds(now())) { transaction in
                last = try slice(&transaction, after)
                return []
            }
            committed = result.state
        }
    }

    private func scheduleInterruption(_ state: inout State) {
        guard !state.isInterruptionScheduled else { return }
        state.isInterruptionScheduled = true
        logger.error("\(QueueError.diskFull) Until then nothing is accepted, and what was being sent waits.")
        dispatch.asyncAfter(deadline: .now() + truncationPause) { [weak self] in self?.interruptLater() }
    }

    /// Repeated until it is done, with or without requests that would do it, too.
    private func interruptLater() {
        state.withLock { state in
            guard state.owesInterruption, !state.isClosed else { return }
            do {
                _ = try openConnection(&state)
                try interruptIfOwed(&state)
            } catch {
                logger.error("The queue can't be used", metadata: ["reason": "\(QueueError(error, path: path))"])
            }
            guard state.owesInterruption else { return }
            dispatch.asyncAfter(deadline: .now() + truncationPause) { [weak self] in self?.interruptLater() }
        }
    }

    /// Checkpoints are made after the callers got their results, so that none waits for one.
    private func checkpointIfNeeded(after result: SQLiteTransactionResult) {
        state.withLock { state in
            if state.pagesInLog >= pagesPerCheckpoint { try? checkpoint(.passive, &state) }
            guard result.leavesDeletedContent else { return }
            state.owesTruncation = true
            state.owesRewrite = true
            scheduleTruncation(&state)
        }
    }

    /// - Parameter hasFailed: waits longer, since a broken disk stays broken for a while.
    private func scheduleTruncation(_ state: inout State, hasFailed: Bool = false) {
        guard !state.isTruncationScheduled else { return }
        state.isTruncationScheduled = true
        dispatch.asyncAfter(deadline: .now() + (hasFailed ? 30 * truncationPause : truncationPause)) { [weak self] in
            self?.truncateAsScheduled()
        }
    }

    private func truncateAsScheduled() {
        state.withLock { state in
            state.isTruncationScheduled = false
            guard state.owesTruncation, !state.isClosed else { return }
            if state.committed.books.undelivered == 0, isRewriteDue(state) { rewriteIfOwed(&state) }
            try? truncateLog(&state)
        }
    }

    /// Moves the log, which still holds deleted content, into the database and truncates it. After a failure, which is
    /// thrown, it is scheduled again. A small file is rewritten before.
    func truncateLog() throws(QueueError) {
        do {
            try state.withLock { state in
                guard state.owesTruncation || !state.isClosed else { return }
                rewriteIfOwed(&state)
                try truncateLog(&state)
            }
        } catch {
            throw QueueError(error, path: path)
        }
    }

    private func truncateLog(_ state: inout State) throws {
        do {
            try checkpoint(.truncate, &state)
            state.owesTruncation = false
        } catch {
            state.owesTruncation = true
            if !state.isClosed { scheduleTruncation(&state, hasFailed: true) }
            guard case .storage(let what) = QueueError(error, path: path) else { throw error }
            throw QueueError.storage(
                "removed content stays readable in \(path)-wal until it can be truncated, which is retried (\(what))"
            )
        }
    }

    private func isRewriteDue(_ state: State) -> Bool {
        state.lastRewrite.map { $0.duration(to: .now) >= Self.rewritePause } ?? true
    }

    /// Where SQLite moves rows from one page to another, it leaves a copy in the part of the page that it doesn't use
    /// any more, and `secure_delete` clears that of no row that is deleted later (seen with 3.40.1). A file that is
    /// written anew has no such copies.
    ///
    /// A failure is logged, and the rewrite stays owed: the log is truncated all the same.
    private func rewriteIfOwed(_ state: inout State) {
        guard state.owesRewrite else { return }
        do {
            let connection = try openConnection(&state)
            // Most of a large file are receipts, which hold no words.
            let isDone =
                try connection.rewriteFile(upTo: largestRewrite)
                || connection.rewriteWords(state.committed)
            guard isDone else { return }
            state.owesRewrite = false
            state.lastRewrite = .now
        } catch {
            let failure = QueueError(error, path: path)
            state.lastRewrite = .now
            guard failure != .diskFull else {
                // It needs room for a second file; the first is as it was.
                logger.notice("what was removed is overwritten later: the disk has no room for that now")
                return
            }
            logger.error("The database was not rewritten", metadata: ["reason": "\(failure)"])
            drop(&state)
        }
    }

    private func checkpoint(_ mode: Database.CheckpointMode, _ state: inout State) throws {
        do {
            try openConnection(&state).checkpoint(mode)
            state.pagesInLog = 0
        } catch {
            let failure = QueueError(error, path: path)
            logger.error("A checkpoint failed", metadata: ["reason": "\(failure)"])
            // On a full disk everything is still in the log, and the queue can be read.
            if failure != .diskFull { drop(&state) }
            throw failure
        }
    }

    /// Begins to copy the file's pages into an empty file, for a backup. To be called on the lane for work, as what
    /// follows.
    func beginCopy(to path: String) throws(QueueError) {
        do {
            try state.withLock { state in try openConnection(&state).beginCopy(to: path) }
        } catch {
            throw backupFailure(error)
        }
    }

    /// What is written meanwhile is in the copy, too.
    func continueCopy(by pages: Int) throws(QueueError) -> PageCopy.Progress {
        do {
            return try state.withLock { state in try openConnection(&state).continueCopy(by: pages) }
        } catch {
            throw backupFailure(error)
        }
    }

    /// Idempotent.
    func endCopy() { state.withLock { $0.connection?.endCopy() } }

    /// Whatever it was, the queue's own file is as good as before.
    private func backupFailure(_ error: any Error) -> QueueError {
        if let error = error as? QueueError { return error }
        return .unmadeBackup("The backup couldn't be written: \(QueueError(error, path: path)) Nothing of it is left.")
    }

    /// Truncates the log and closes the file. Idempotent.
    func close() {
        state.withLock { state in
            if state.connection != nil { rewriteIfOwed(&state) }
            if state.connection != nil || state.owesTruncation { try? truncateLog(&state) }
            drop(&state)
            state.isClosed = true
        }
    }
}
