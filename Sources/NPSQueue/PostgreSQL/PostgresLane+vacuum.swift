import Dispatch
import Logging
import Synchronization

/// What was deleted or changed stays in the pages of its table, whole, until the table is vacuumed. Then the server takes the
/// room for other rows, which overwrite it; until they do, the bytes are still in the file.
extension PostgresLane {
    /// What is owed to the tables that hold words.
    struct Vacuum {
        /// At most so often.
        static let pause = Duration.seconds(60)
        /// After a failure: what made it last too long, or kept it from the tables, stays so for a while.
        static let longPause = Duration.seconds(1_800)
        /// How long this lane waits for it. A large table is left to the server's own autovacuum.
        static let limit = Duration.seconds(2)

        var isOwed = false
        var isScheduled = false
        /// Nil for at once.
        var earliest: ContinuousClock.Instant?
    }

    /// Vacuums the tables now, or once a minute has passed since the last time. A failure is logged, and it stays owed.
    func vacuumDeleted() {
        state.withLock { state in
            state.vacuum.isOwed = true
            vacuumIfOwed(&state)
        }
    }

    private func vacuumIfOwed(_ state: inout State) {
        guard state.vacuum.isOwed, !state.vacuum.isScheduled, !state.isClosed else { return }
        let now = ContinuousClock.now
        guard state.vacuum.earliest.map({ $0 <= now }) ?? true else { return schedule(&state, at: now) }
        do {
            try vacuum(on: connection(&state))
            state.vacuum.isOwed = false
            state.vacuum.earliest = now + Vacuum.pause
        } catch {
            state.vacuum.earliest = now + Vacuum.longPause
            terms.logger.info(
                "Deleted rows were not vacuumed; the server's autovacuum does it, and so does this collector later",
                metadata: ["reason": "\(error)"]
            )
            schedule(&state, at: now)
        }
    }

    private func schedule(_ state: inout State, at now: ContinuousClock.Instant) {
        guard let earliest = state.vacuum.earliest else { return }
        state.vacuum.isScheduled = true
        dispatch.asyncAfter(deadline: .now() + (earliest - now) / .seconds(1)) { [weak self] in self?.vacuumLater() }
    }

    private func vacuumLater() {
        state.withLock { state in
            state.vacuum.isScheduled = false
            vacuumIfOwed(&state)
        }
    }

    /// Can't run within a transaction. Pages at the tables' ends stay theirs: to give them back, all writers would have to
    /// wait.
    private func vacuum(on connection: PostgresConnection) throws {
        try connection.run("SET statement_timeout = '\(Vacuum.limit.components.seconds)s'")
        defer { _ = try? connection.run("RESET statement_timeout") }
        try connection.run("VACUUM (TRUNCATE false, INDEX_CLEANUP auto) responses, quarantine")
    }
}
