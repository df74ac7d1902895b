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
        /// Whether COMMIT was sent, and its answer is missing.
        var isCommitting = false
        var claiming = Claiming()
        var vacuum = Vacuum()
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
                state.claiming.lead(term)
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

    func connection(_ state: inout State) throws -> PostgresConnection {
        do {
            guard let connection = state.connection, !connection.isClosed else { return try connect(&state) }
            if state.claiming.owesInterruption { try recover(on: connection, &state) }
            return connection
        } catch {
            throw PostgresUnavailable.beforeAnyJob(error)
        }
    }

    private func connect(_ state: inout State) throws -> PostgresConnection {
        if state.isClosed { throw QueueError.closed }
        let connection = try PostgresConnection.open(terms.address, lane: name, isMoving: terms.isMoving)
        do {
            try connection.register(writer, with: terms.address.payloadKeys, for: terms.personKey)
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
}
