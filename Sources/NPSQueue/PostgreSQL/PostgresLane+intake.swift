import NPSModel
import Synchronization

/// The fast way in: all submissions of a batch in one statement, which is a transaction by itself and takes one round trip.
/// Whatever turns out to need more is done in a transaction afterwards.
extension PostgresLane {
    /// Completes or refuses every job before it returns.
    func accept(_ jobs: [Job]) {
        guard jobs.contains(where: { $0.plain != nil }) else {
            commit(jobs)
            return
        }
        var jobs = jobs
        var retry = PostgresRetry(patience: terms.patience)
        while true {
            do {
                let (batch, leavesDue) = try state.withLock { state in try insert(jobs, &state) }
                terms.trouble.end()
                for completion in batch.completions { completion() }
                if leavesDue { terms.onDue() }
                let remaining = batch.remaining
                if !remaining.isEmpty { commit(remaining) }
                return
            } catch {
                // It may have taken effect all the same; then the next try finds what is there.
                jobs = next(after: error, jobs, &retry) { jobs in accept(jobs) }
                if jobs.isEmpty { return }
            }
        }
    }

    /// Jobs that can't go in this way stay among those that remain.
    private func insert(_ jobs: [Job], _ state: inout State) throws -> (batch: PostgresIntake, leavesDue: Bool) {
        let connection = try connection(&state)
        let books = try terms.latestBooks.books ?? sum(on: connection)
        var batch = PostgresIntake(jobs, undelivered: books.undelivered)
        guard !batch.incoming.isEmpty else { return (batch, false) }
        let committed = CommittedState(books: books, shares: QuarantineShares(), time: ConfirmedTime())
        let keys = terms.address.payloadKeys
        let rows = PostgresRows(connection: connection, writer: writer, term: nil, former: committed, keys: keys)
        var transaction = QueueTransaction(
            rows: rows,
            now: Milliseconds(terms.now()),
            personKey: terms.personKey,
            state: committed
        )
        var parameters = try rows.parameters(of: batch.incoming.map { transaction.newResponse($0) })
        parameters.append(writer)
        parameters.append(TrafficCell.hour(of: transaction.now))
        var new = 0
        for (index, row) in try connection.execute(Self.acceptance, parameters).rows.enumerated() {
            if try row.value(0) {
                batch.settle(index, as: .accepted)
                new += 1
            } else if (try row.optional(1) as Int64?) != nil {
                let stored = try StoredResponse(row.named(StoredResponse.Columns.self, from: 1), in: rows)
                let (acceptance, change) = transaction.receive(batch.incoming[index], as: stored)
                if change == nil { batch.settle(index, as: acceptance) }
            }
        }
        terms.latestBooks.count(accepted: new)
        return (batch, new > 0)
    }

    private func sum(on connection: PostgresConnection) throws -> Books {
        let books = try PostgresState(reading: connection).committed.books
        terms.latestBooks.saw(books)
        return books
    }

    /// Returns for each submission whether it is new, and what is stored of one that was known; neither when it was
    /// committed by somebody else meanwhile.
    ///
    /// The books are written whatever is new: see `PostgresRows.write(_:)`.
    private static let acceptance: Query = {
        let columns = StoredResponse.Columns.allCases.map { column in
            // An edit, which needs it, reads it later.
            column == .payload ? "NULL::text" : "r.\(column.name)"
        }
        let writer = StoredResponse.Columns.inserted.count + 1
        return Query(
            """
            WITH \(PostgresRows.input), new AS (
                \(PostgresRows.insertionOfInput) RETURNING id, source, tally
            ), counted AS (
                INSERT INTO books AS b (writer, accepted, pending)
                SELECT $\(writer)::text, n, n FROM (SELECT count(*) AS n FROM new) AS c
                ON CONFLICT (writer) DO UPDATE
                SET accepted = b.accepted + excluded.accepted, pending = b.pending + excluded.pending
            ), \(PostgresRows.counting(writer: writer, hour: writer + 1))
            SELECT i.id IN (SELECT id FROM new), \(columns.joined(separator: ", "))
            FROM input AS i LEFT JOIN responses AS r ON r.id = i.id
            ORDER BY i.place
            """
        )
    }()
}
