import Dispatch
import Foundation
import GRDB
import GRDBSQLite
import Logging
import Synchronization

/// Runs each batch of jobs in one transaction and keeps the log short.
///
/// Lives on group commit's dispatch queue: the lock around its state is never contended, it is there to prove that.
final class SQLiteEngine: Sendable {
    private struct State {
        /// Nil after an error that makes the connection untrustworthy, and after ``close()``.
        var connection: DatabaseQueue?
        var isClosed = false
        var queueState: CommittedState
        /// Written to the log since the last checkpoint.
        var pagesInLog = 0
        /// Whether the log holds what was deleted from the database.
        var owesTruncation = false
        var isTruncationScheduled = false
    }

    private struct Committed: Sendable {
        let completions: [@Sendable () -> Void]
        let queueState: CommittedState
        let leavesDue: Bool
        let leavesDeletedContent: Bool
        let pages: Int
    }

    /// SQLite's own habit is 1,000 pages; twice that halves the syncs and stays at 8 MiB.
    private static let pagesPerCheckpoint = 2_000

    /// Of this database, for as long as it exists.
    let personKey: PersonKey
    private let path: String
    private let truncationPause: TimeInterval
    private let dispatch: DispatchQueue
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let onDue: @Sendable () -> Void
    private let state: Mutex<State>

    /// Opens the file and turns what was being sent when the last process ended into ambiguous pending responses.
    ///
    /// - Parameters:
    ///   - truncationPause: seconds until the log is emptied of what was deleted.
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
            let committed = try connection.writeWithoutTransaction { database in
                try Self.transact(database, queueState: try CommittedState(reading: database), at: start) {
                    transaction in
                    let interrupted = try transaction.interruptSending(retryAt: start.date.addingTimeInterval(grace))
                    return [{ logger.info("The queue is open", metadata: ["ambiguous": "\(interrupted)"]) }]
                }
            }
            for completion in committed.completions { completion() }
            state = Mutex(State(connection: connection, queueState: committed.queueState))
        } catch {
            throw QueueError(error, path: path)
        }
    }

    /// Answers every job. A job that fails alone doesn't take its neighbours with it.
    func commit(_ jobs: [Job]) {
        do {
            let committed = try state.withLock { state in try transact(jobs, &state) }
            for completion in committed.completions { completion() }
            if committed.leavesDue { onDue() }
            tidy(after: committed)
        } catch {
            answer(jobs, failedWith: error)
        }
    }

    private func answer(_ jobs: [Job], failedWith error: any Error) {
        let failure = QueueError(error, path: path)
        let concernsOneJob = error is QueueError || (error as? DatabaseError)?.concernsStatementOnly == true
        guard jobs.count > 1, concernsOneJob || failure == .diskFull, !isBroken else {
            logger.error("A transaction failed", metadata: ["reason": "\(failure)", "jobs": "\(jobs.count)"])
            for job in jobs { job.refuse(failure) }
            return
        }
        for job in jobs {
            // On a full disk, acceptance fails at once; what makes room or only reads gets its own try.
            if failure == .diskFull, job.weight > 0 { job.refuse(failure) } else { commit([job]) }
        }
    }

    private var isBroken: Bool { state.withLock { $0.connection == nil } }

    private func transact(_ jobs: [Job], _ state: inout State) throws -> Committed {
        let connection = try openConnection(&state)
        do {
            let queueState = state.queueState
            let start = Milliseconds(now())
            let committed = try connection.writeWithoutTransaction { database in
                try Self.transact(database, queueState: queueState, at: start) { transaction in
                    try jobs.map { try Self.run($0, in: &transaction) }
                }
            }
            state.queueState = committed.queueState
            state.pagesInLog += committed.pages
            return committed
        } catch let error as DatabaseError where error.resultCode != .SQLITE_FULL && !error.concernsStatementOnly {
            drop(&state)
            throw error
        }
    }

    /// A refusal that wrote nothing is the job's own affair; any other error undoes the transaction.
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
        queueState: CommittedState,
        at now: Milliseconds,
        _ body: (inout QueueTransaction) throws -> [@Sendable () -> Void]
    ) throws -> Committed {
        try database.beginTransaction(.immediate)
        do {
            var transaction = QueueTransaction(database: database, now: now, state: queueState)
            let completions = try body(&transaction)
            if transaction.state.books != queueState.books { try transaction.writeBooks() }
            try database.commit()
            return Committed(
                completions: completions,
                queueState: transaction.state,
                leavesDue: transaction.leavesDue,
                leavesDeletedContent: transaction.leavesDeletedContent,
                pages: takePagesWritten(database)
            )
        } catch {
            try? database.rollback()
            throw error
        }
    }

    private static func takePagesWritten(_ database: Database) -> Int {
        var pages: CInt = 0
        var highest: CInt = 0
        sqlite3_db_status(database.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 1)
        return Int(pages)
    }
}

extension SQLiteEngine {
    /// After a failed write or sync nothing that the old connection remembers may be believed (the fsyncgate rule).
    private func drop(_ state: inout State) {
        try? state.connection?.close()
        state.connection = nil
    }

    private func openConnection(_ state: inout State) throws -> DatabaseQueue {
        if let connection = state.connection { return connection }
        if state.isClosed { throw QueueError.closed }
        try WriteAheadLog.rewrite(ofDatabase: path)
        let connection = try DatabaseFile.open(path, again: personKey)
        let claimed = state.queueState.claimed
        let start = Milliseconds(now())
        let committed = try connection.writeWithoutTransaction { database in
            var queueState = try CommittedState(reading: database)
            queueState.claimed = claimed
            return try Self.transact(database, queueState: queueState, at: start) { transaction in
                try transaction.releaseUnclaimed()
                return []
            }
        }
        logger.notice("The queue's file is open again")
        state.connection = connection
        state.queueState = committed.queueState
        return connection
    }

    /// Checkpoints come after the answers, so that nobody waits for one that isn't theirs.
    private func tidy(after committed: Committed) {
        state.withLock { state in
            if state.pagesInLog >= Self.pagesPerCheckpoint { try? checkpoint(.passive, &state) }
            guard committed.leavesDeletedContent else { return }
            state.owesTruncation = true
            scheduleTruncation(&state)
        }
    }

    /// - Parameter hasFailed: a disk that is broken stays so for a while.
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

    /// Empties the log, which still holds what was deleted from the database. What fails is tried again later.
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
                "what was removed is readable in \(path)-wal until that can be emptied, which is tried again (\(what))"
            )
        }
    }

    private func checkpoint(_ mode: Database.CheckpointMode, _ state: inout State) throws {
        do {
            try openConnection(&state).writeWithoutTransaction { database in
                _ = try database.checkpoint(mode)
                // Pages copied to the database count as written too, but not to the log.
                _ = Self.takePagesWritten(database)
            }
            state.pagesInLog = 0
        } catch {
            let failure = QueueError(error, path: path)
            logger.error("A checkpoint failed", metadata: ["reason": "\(failure)"])
            drop(&state)
            throw failure
        }
    }

    /// Idempotent.
    func close() {
        state.withLock { state in
            if state.connection != nil || state.owesTruncation { try? truncateLog(&state) }
            drop(&state)
            state.isClosed = true
        }
    }
}
