import Dispatch
import Foundation
import Logging
import Synchronization

/// One connection to PostgreSQL, and the batches of jobs that run on it, one transaction each. Connects again after it was
/// lost.
///
/// Used only on its own dispatch queue, so its lock is never contended; the lock is what makes this type `Sendable`
/// without an unchecked promise.
final class PostgresLane: Sendable {
    /// What a lane has to know of its collector.
    struct Terms: Sendable {
        let address: PostgresAddress
        let personKey: PersonKey
        let patience: Duration
        let grace: @Sendable (_ responses: Int) -> TimeInterval
        /// Whether it connects also if the database has a ``MoveMark``.
        let isMoving: Bool
        /// What all lanes of the collector share.
        let latestBooks: LatestBooks
        /// So is this.
        let trouble: LatestTrouble
        let now: @Sendable () -> Date
        let logger: Logger
        /// Called after a commit that left something to claim.
        let onDue: @Sendable () -> Void
        /// Told when a transaction finds that the term under which this lane claims is over.
        let lease: LeaseKeeper
    }

    struct State {
        /// Nil before it is opened and after ``close()``; closed once it is lost.
        var connection: PostgresConnection?
        var isClosed = false
        /// Under which it claims; nil for a lane that takes responses in only, and while this collector doesn't forward.
        var term: Int64?
        /// Whether COMMIT was sent, and its answer is missing.
        var isCommitting = false
        /// See ``CommittedState``: what this process alone knows.
        var claimed: Set<Int64> = []
        var latest: Milliseconds?
        /// Whether what another term was sending is still `sending`.
        var owesInterruption = false
        var vacuum = Vacuum()
    }

    /// What a transaction leaves.
    private struct Commit {
        var completions: [@Sendable () -> Void] = []
        var leavesDue = false
    }

    let dispatch: DispatchQueue
    private let name: String
    let terms: Terms
    let state: Mutex<State>

    init(_ name: String, _ terms: Terms) {
        self.name = name
        self.terms = terms
        dispatch = DispatchQueue(label: "nps-queue.\(name)", qos: .userInitiated)
        state = Mutex(State())
    }

    var writer: String { "\(terms.address.name)/\(name)" }

    /// Connects. Not needed before the first batch, but tells at once what is wrong.
    func open() throws(QueueError) {
        do {
            try state.withLock { state in _ = try connection(&state) }
        } catch {
            throw QueueError(postgres: error)
        }
    }

    /// Claims under this term from now on, after it has dealt with what the last one was sending; under none for nil. When
    /// it throws, that is dealt with before the next job.
    func lead(_ term: Int64?) throws(QueueError) {
        do {
            try state.withLock { state in
                // When it is said again, some may be claimed already.
                if state.term != term {
                    (state.term, state.owesInterruption, state.claimed) = (term, term != nil, [])
                }
                if term != nil { _ = try connection(&state) }
            }
        } catch {
            throw QueueError(postgres: error)
        }
    }

    /// Idempotent.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.connection?.close()
            state.connection = nil
        }
    }

    /// Completes or refuses every job before it returns. A job that fails by itself doesn't make the others fail.
    func commit(_ jobs: [Job]) {
        var jobs = jobs
        var retry = PostgresRetry(patience: terms.patience)
        while true {
            do {
                let done = try state.withLock { state in try transact(jobs, &state) }
                terms.trouble.end()
                for completion in done.completions { completion() }
                if done.leavesDue { terms.onDue() }
                return
            } catch {
                if state.withLock(\.isCommitting) {
                    // Nobody knows whether it took effect. Callers that repeat it themselves find out.
                    refuse(jobs.filter { !$0.isRepeatable }, QueueError(postgres: error))
                    jobs = jobs.filter(\.isRepeatable)
                    if jobs.isEmpty { return }
                }
                jobs = next(after: error, jobs, &retry) { jobs in commit(jobs) }
                if jobs.isEmpty { return }
            }
        }
    }

    /// Does what follows from a failure, and returns what is to be tried again at once; nothing when all have their result.
    ///
    /// A job whose patience has ended isn't tried again when that may take long: every try may last as long as a statement
    /// may, and others wait.
    ///
    /// - Parameter alone: for each job, when one of them made the others fail.
    func next(
        after error: any Error,
        _ jobs: [Job],
        _ retry: inout PostgresRetry,
        alone: ([Job]) -> Void
    ) -> [Job] {
        let reason = QueueError(postgres: error)
        terms.trouble.note(reason)
        let youngest = jobs.map(\.submittedAt).max() ?? .now
        switch retry.action(after: error, jobs: jobs.count, elapsed: .now - youngest) {
        case .again(let pause):
            wait(pause)
            let now = ContinuousClock.now
            refuse(jobs.filter { isOverdue($0, at: now) }, reason)
            return jobs.filter { !isOverdue($0, at: now) }
        case .each:
            for job in jobs {
                if PostgresRetry.mayTakeLong(after: error), isOverdue(job, at: .now) {
                    refuse([job], reason)
                } else {
                    alone([job])
                }
            }
        case .refuse(let error): refuse(jobs, error)
        }
        return []
    }

    /// Whether a job's caller has waited for as long as callers do.
    private func isOverdue(_ job: Job, at now: ContinuousClock.Instant) -> Bool {
        now - job.submittedAt >= terms.patience
    }

    /// Waits a little longer or shorter than that, in milliseconds: not all collectors come back in the same moment.
    func wait(_ pause: Int) {
        guard pause > 0 else { return }
        Thread.sleep(forTimeInterval: Double(pause) / 1_000 * Double.random(in: 0.5...1.5))
    }

    func refuse(_ jobs: [Job], _ error: QueueError) {
        guard !jobs.isEmpty else { return }
        if Self.isTrouble(error) {
            terms.logger.error("A transaction failed", metadata: ["reason": "\(error)", "jobs": "\(jobs.count)"])
        }
        for job in jobs { job.refuse(error) }
    }

    /// False for what is no more than an answer to its caller.
    private static func isTrouble(_ error: QueueError) -> Bool {
        switch error {
        case .busy, .resolvedBefore, .closed: false
        default: true
        }
    }
}

extension PostgresLane {
    private func transact(_ jobs: [Job], _ state: inout State) throws -> Commit {
        state.isCommitting = false
        let connection = try connection(&state)
        let isReading = jobs.allSatisfy(\.isReading)
        return try inTransaction(on: connection, &state, isReading: isReading) { transaction, rows in
            // In one order for all of them: each for itself, two lanes would wait for each other in a circle.
            if jobs.count > 1 { try rows.lock(jobs.flatMap { $0.plain?.incoming.map(\.id) ?? $0.ids }) }
            return try jobs.map { job in
                transaction.rows = rows.locking(!job.isReading)
                return try Self.run(job, in: &transaction, on: connection)
            }
        }
    }

    /// When a job refuses before it has done anything, only that job fails; any other error rolls everything back.
    private static func run(
        _ job: Job,
        in transaction: inout QueueTransaction,
        on connection: PostgresConnection
    ) throws -> @Sendable () -> Void {
        let statements = connection.statements
        do {
            return try job.run(&transaction)
        } catch let refusal as QueueError where connection.statements == statements {
            return { job.refuse(refusal) }
        }
    }

    /// One transaction, which is durable when this returns and rolled back when it throws.
    private func inTransaction(
        on connection: PostgresConnection,
        _ state: inout State,
        isReading: Bool = false,
        _ body: (inout QueueTransaction, PostgresRows) throws -> [@Sendable () -> Void]
    ) throws -> Commit {
        do {
            let now = Milliseconds(terms.now())
            let observesClock = state.term != nil && state.latest.map { $0 > now + ConfirmedTime.slewing } != false
            let isReading = isReading && !observesClock
            try connection.run(isReading ? "BEGIN READ ONLY" : "BEGIN")
            let found = try PostgresState(reading: connection)
            let term = currentTerm(found.term, &state)
            var former = found.committed
            (former.claimed, former.latest) = (state.claimed, state.latest)
            // Another only in a transaction of somebody who has just replaced it.
            let isSame = found.personKey == terms.personKey
            let keys = terms.address.payloadKeys
            let bound = isSame ? keys : keys.bound(to: found.personKey)
            let rows = PostgresRows(connection: connection, writer: writer, term: term, former: former, keys: bound)
            var transaction = QueueTransaction(
                rows: rows,
                now: now,
                personKey: terms.personKey,
                state: former
            )
            (transaction.term, transaction.mayForward) = (term, term != nil)
            if isReading {
                transaction.state.latest = state.latest.map { max($0, now) }
            } else if term != nil {
                try transaction.noticeClock()
            }
            let completions = try body(&transaction, rows)
            if !isReading {
                try transaction.writeCounts()
                try rows.write(transaction.state.shares)
                try rows.write(transaction.state.books)
                if transaction.state.time != former.time { try rows.write(transaction.state.time) }
            }
            state.isCommitting = !isReading
            guard try connection.run("COMMIT").tag == "COMMIT" else {
                throw PostgresError.again("a transaction was rolled back although none of its statements failed")
            }
            state.isCommitting = false
            (state.claimed, state.latest) = (transaction.state.claimed, transaction.state.latest)
            terms.latestBooks.saw(transaction.state.books)
            return Commit(completions: completions, leavesDue: transaction.leavesDue)
        } catch {
            if !connection.isClosed {
                state.isCommitting = false
                _ = try? connection.run("ROLLBACK")
            }
            throw error
        }
    }

    /// This collector's term; nil when it doesn't forward, or when another has taken over.
    private func currentTerm(_ present: Int64?, _ state: inout State) -> Int64? {
        guard let term = state.term, term != present else { return state.term }
        // What was claimed is the other's affair now.
        (state.term, state.owesInterruption, state.claimed) = (nil, false, [])
        terms.lease.lost(term)
        return nil
    }
}

extension PostgresLane {
    private static let key = Query("SELECT key FROM person_key")
    private static let registration = Query("INSERT INTO books (writer) VALUES ($1::text) ON CONFLICT DO NOTHING")
    private static let fence = Query("SELECT 1 FROM books WHERE writer = $1::text FOR UPDATE")

    func connection(_ state: inout State) throws -> PostgresConnection {
        do {
            guard let connection = state.connection, !connection.isClosed else { return try connect(&state) }
            if state.owesInterruption { try recover(on: connection, &state) }
            return connection
        } catch {
            throw PostgresUnavailable.beforeAnyJob(error)
        }
    }

    private func connect(_ state: inout State) throws -> PostgresConnection {
        if state.isClosed { throw QueueError.closed }
        let connection = try PostgresConnection(terms.address.parameters(lane: name))
        do {
            try connection.assertSuitable()
            try connection.assertCommitsEnd()
            try PostgresSchema.version(on: connection, for: terms.address, isMoving: terms.isMoving)
            let key: Data = try connection.execute(Self.key).first?.value(0) ?? Data()
            guard PersonKey(key) == terms.personKey else {
                throw QueueError.database("it is not the one that was open before")
            }
            try connection.execute(Self.registration, PostgresParameters(writer))
            // The former connection may have gone while the server was at its COMMIT, which holds this row.
            try fence(connection)
            // Not before it is registered: see `PayloadKeyRegister.admit`.
            try PayloadKeyRegister(reading: connection).check(terms.address.payloadKeys)
            try recover(on: connection, &state)
        } catch {
            connection.close()
            throw error
        }
        state.connection = connection
        // What failed to commit may be there all the same, so somebody has to look for it.
        terms.onDue()
        return connection
    }

    private func fence(_ connection: PostgresConnection) throws {
        do throws(PostgresError) {
            try connection.execute(Self.fence, PostgresParameters(writer))
        } catch {
            guard error.code == PostgresError.lockTimeout else { throw error }
            throw connection.hanging("the last commit of this collector's former session hasn't ended")
        }
    }

    /// Deals with what is `sending` although nobody sends it.
    private func recover(on connection: PostgresConnection, _ state: inout State) throws {
        guard state.term != nil else { return }
        var count = 0
        if state.owesInterruption {
            try inSlices(on: connection, &state) { transaction, after in
                let part = try transaction.interruptSending(
                    after: after,
                    limit: ResponseQueue.slice,
                    grace: terms.grace
                )
                count += part.count
                return part.last
            }
            state.owesInterruption = false
        } else {
            try inSlices(on: connection, &state) { transaction, after in
                try transaction.releaseUnclaimed(after: after, limit: ResponseQueue.slice)
            }
        }
        guard count > 0 else { return }
        terms.logger.notice(
            "The last stop interrupted a delivery, whose outcome is unknown",
            metadata: ["responses": "\(count)"]
        )
    }

    /// Runs transactions until there is nothing left to do.
    ///
    /// - Parameter slice: gets the last sequence number that the slice before handled, 0 at first, and returns its own; nil
    ///   when there are no more.
    private func inSlices(
        on connection: PostgresConnection,
        _ state: inout State,
        _ slice: (inout QueueTransaction, Int64) throws -> Int64?
    ) throws {
        var last: Int64? = 0
        while let after = last {
            _ = try inTransaction(on: connection, &state) { transaction, _ in
                // Another collector has taken over, and does this by itself.
                guard let rows = transaction.rows as? PostgresRows, rows.term != nil else {
                    last = nil
                    return []
                }
                last = try slice(&transaction, after)
                return []
            }
        }
    }
}
