extension PostgresLane {
    /// What a transaction leaves.
    struct Commit {
        var completions: [@Sendable () -> Void] = []
        var leavesDue = false
    }

    /// All jobs in one transaction.
    func transact(_ jobs: [Job], _ state: inout State) throws -> Commit {
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
    func inTransaction(
        on connection: PostgresConnection,
        _ state: inout State,
        isReading: Bool = false,
        _ body: (inout QueueTransaction, PostgresRows) throws -> [@Sendable () -> Void]
    ) throws -> Commit {
        do {
            let now = Milliseconds(terms.now())
            let isReading = isReading && !state.claiming.observesClock(at: now)
            try connection.run(isReading ? "BEGIN READ ONLY" : "BEGIN")
            let found = try PostgresState(reading: connection)
            if let lost = state.claiming.notice(found.term) { terms.lease.lost(lost) }
            let (begun, rows) = begin(on: connection, found, state.claiming, at: now)
            let former = begun.state
            var transaction = begun
            if isReading {
                transaction.state.latest = former.latest.map { max($0, now) }
            } else if transaction.term != nil {
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
            state.claiming.committed(transaction.state)
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

    /// What a transaction begins with.
    private func begin(
        on connection: PostgresConnection,
        _ found: PostgresState,
        _ claiming: Claiming,
        at now: Milliseconds
    ) -> (QueueTransaction, PostgresRows) {
        let term = claiming.term
        let former = claiming.completing(found.committed)
        // Another only in a transaction of somebody who has just replaced it.
        let isSame = found.personKey == terms.personKey
        let keys = terms.address.payloadKeys
        let rows = PostgresRows(
            connection: connection,
            writer: writer,
            term: term,
            former: former,
            keys: isSame ? keys : keys.bound(to: found.personKey)
        )
        var transaction = QueueTransaction(rows: rows, now: now, personKey: terms.personKey, state: former)
        (transaction.term, transaction.mayForward) = (term, term != nil)
        return (transaction, rows)
    }
}
