import Dispatch
import Foundation
import GRDB
import Logging
import Synchronization

/// Runs each batch of jobs in one SQLite transaction, keeps the log short, and reopens the file after an error.
///
/// Used only on the dispatch queue of group commit, so its lock is never contended; the lock is what makes this type
/// `Sendable` without an unchecked promise.
final class SQLiteEngine: Sendable {
    private struct State {
        /// Nil after an error that leaves it in an unknown state, and after ``close()``.
        var connection: DatabaseQueue?
        var isClosed = false
        /// As the last transaction left it.
        var committed: CommittedState
        /// Pages written to the log since the last checkpoint.
        var pagesInLog = 0
        /// Whether the log may still hold content that was deleted from the database.
        var owesTruncation = false
        var isTruncationScheduled = false
    }

    /// A transaction that is durable, and what it leaves to be done.
    private struct TransactionResult: Sendable {
        let completions: [@Sendable () -> Void]
        let state: CommittedState
        let leavesDue: Bool
        let leavesDeletedContent: Bool
        let pages: Int
    }

    /// SQLite's default is 1,000 pages; twice as many halve the syncs, and the log stays at 8 MiB.
    private static let pagesPerCheckpoint = 2_000

    /// The key in this database. It never changes.
    let personKey: PersonKey
    private let path: String
    private let truncationPause: TimeInterval
    private let dispatch: DispatchQueue
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let onDue: @Sendable () -> Void
    private let state: Mutex<State>

    /// Opens the file. Responses that were being sent when the last process ended become pending and ambiguous.
    ///
    /// - Parameters:
    ///   - dispatch: the serial queue on which everything is called.
    ///   - grace: seconds until those responses are retried.
    ///   - truncationPause: seconds from a deletion until the log is truncated.
    ///   - onDue: called after a commit that left something to claim.
    init(
        path: String,
        on dispatch: DispatchQueue,
        grace: TimeInterval,
        truncationPause: TimeInterval,
        now: @escaping @Sendable () -> Date,
        logger: Logger,
        onDue: @escaping @Sendable () -> Void
    ) throws(QueueError) {
        self.path = path
        self.truncationPause = truncationPause
        self.dispatch = dispatch
        self.now = now
        self.logger = logger
        self.onDue = onDue
        let start = Milliseconds(now())
        let connection = try DatabaseFile.open(path)
        do {
            personKey = try connection.read(PersonKey.init(reading:))
            let result = try connection.writeWithoutTransaction { database in
                try Self.transact(database, from: try CommittedState(reading: database), at: start) {
                    transaction in
                    let interrupted = try transaction.interruptSending(retryAt: start.date.addingTimeInterval(grace))
                    return [{ logger.info("The queue is open", metadata: ["ambiguous": "\(interrupted)"]) }]
                }
            }
            for completion in result.completions { completion() }
            state = Mutex(State(connection: connection, committed: result.state))
        } catch {
            throw QueueError(error, path: path)
        }
        // The last process may have ended before it emptied the log of what it had delivered.
        state.withLock { state in _ = try? truncateLog(&state) }
    }

    /// Completes or refuses every job before it returns. A job that fails by itself doesn't make the others fail.
    func commit(_ jobs: [Job]) {
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
            logger.error("A transaction failed", metadata: ["reason": "\(failure)", "jobs": "\(jobs.count)"])
            for job in jobs { job.refuse(failure) }
            return
        }
        for job in jobs {
            // On a full disk acceptance fails at once; a job that makes room or only reads is tried alone.
            if failure == .diskFull, job.weight > 0 { job.refuse(failure) } else { commit([job]) }
        }
    }

    private var isBroken: Bool { state.withLock { $0.connection == nil } }

    private func transact(_ jobs: [Job], _ state: inout State) throws -> TransactionResult {
        let connection = try openConnection(&state)
        do {
            let committed = state.committed
            let start = Milliseconds(now())
            let result = try connection.writeWithoutTransaction { database in
                try Self.transact(database, from: committed, at: start) { transaction in
                    try jobs.map { try Self.run($0, in: &transaction) }
                }
            }
            state.committed = result.state
            state.pagesInLog += result.pages
            return result
        } catch let error as DatabaseError where error.resultCode != .SQLITE_FULL && !error.concernsStatementOnly {
            drop(&state)
            throw error
        }
    }

    /// When a job refuses before it has written anything, only that job fails; any other error rolls everything back.
    private static func run(
        _ job: Job,
        in transaction: inout QueueTransaction
    ) throws -> @Sendable () -> Void {
        let changes = transaction.database.totalChangesCount
        do {
            return try job.run(&transaction)
        } catch let refusal as QueueError where transaction.database.totalChangesCount == changes {
            return { job.refuse(refusal) }
        }
    }

    private static func transact(
        _ database: Database,
        from committed: CommittedState,
        at now: Milliseconds,
        _ body: (inout QueueTransaction) throws -> [@Sendable () -> Void]
    ) throws -> TransactionResult {
        try database.beginTransaction(.immediate)
        do {
            var transaction = QueueTransaction(database: database, now: now, state: committed)
            try transaction.noticeClock()
            let completions = try body(&transaction)
            if transaction.state.books != committed.books { try transaction.writeBooks() }
            if transaction.state.time != committed.time { try transaction.writeTime() }
            try database.commit()
            return TransactionResult(
                completions: completions,
                state: transaction.state,
                leavesDue: transaction.leavesDue,
                leavesDeletedContent: transaction.leavesDeletedContent,
                pages: WriteAheadLog.takePagesWritten(by: database)
            )
        } catch {
            try? database.rollback()
            throw error
        }
    }
}

extension SQLiteEngine {
    /// After a failed write or sync, nothing that SQLite or the kernel has cached can be trusted: only a connection
    /// that reads the file anew knows what is in it.
    private func drop(_ state: inout State) {
        try? state.connection?.close()
        state.connection = nil
    }

    private func openConnection(_ state: inout State) throws -> DatabaseQueue {
        if let connection = state.connection { return connection }
        if state.isClosed { throw QueueError.closed }
        try WriteAheadLog.rewrite(ofDatabase: path)
        let connection = try DatabaseFile.open(path, expecting: personKey)
        let (claimed, latest) = (state.committed.claimed, state.committed.latest)
        let start = Milliseconds(now())
        let result = try connection.writeWithoutTransaction { database in
            var committed = try CommittedState(reading: database)
            committed.claimed = claimed
            committed.latest = latest
            return try Self.transact(database, from: committed, at: start) { transaction in
                try transaction.releaseUnclaimed()
                return []
            }
        }
        logger.notice("The queue's file was reopened after an error")
        state.connection = connection
        state.committed = result.state
        // What failed to commit may be in the file all the same: accepted, so somebody has to look for it; delivered or
        // erased, so the log holds its content.
        onDue()
        state.owesTruncation = true
        scheduleTruncation(&state)
        return connection
    }

    /// Checkpoints are made after the callers got their results, so that none waits for one.
    private func checkpointIfNeeded(after result: TransactionResult) {
        state.withLock { state in
            if state.pagesInLog >= Self.pagesPerCheckpoint { try? checkpoint(.passive, &state) }
            guard result.leavesDeletedContent else { return }
            state.owesTruncation = true
            scheduleTruncation(&state)
        }
    }

    /// - Parameter hasFailed: waits longer, since a broken disk stays broken for a while.
    private func scheduleTruncation(_ state: inout State, hasFailed: Bool = false) {
        guard !state.isTruncationScheduled else { return }
        state.isTruncationScheduled = true
        dispatch.asyncAfter(deadline: .now() + (hasFailed ? 30 * truncationPause : truncationPause)) { [weak self] in
            self?.state.withLock { state in
                state.isTruncationScheduled = false
                guard state.owesTruncation, !state.isClosed else { return }
                try? self?.truncateLog(&state)
            }
        }
    }

    /// Moves the log, which still holds deleted content, into the database and truncates it. After a failure, which is
    /// thrown, it is scheduled again.
    func truncateLog() throws(QueueError) {
        do {
            try state.withLock { state in
                guard state.owesTruncation || !state.isClosed else { return }
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

    private func checkpoint(_ mode: Database.CheckpointMode, _ state: inout State) throws {
        do {
            try openConnection(&state).writeWithoutTransaction { database in
                _ = try database.checkpoint(mode)
                // SQLite also counts the pages that it copied to the database; those aren't in the log.
                _ = WriteAheadLog.takePagesWritten(by: database)
            }
            state.pagesInLog = 0
        } catch {
            let failure = QueueError(error, path: path)
            logger.error("A checkpoint failed", metadata: ["reason": "\(failure)"])
            drop(&state)
            throw failure
        }
    }

    /// Truncates the log and closes the file. Idempotent.
    func close() {
        state.withLock { state in
            if state.connection != nil || state.owesTruncation { try? truncateLog(&state) }
            drop(&state)
            state.isClosed = true
        }
    }
}
