import Dispatch
import Logging
import Synchronization

/// What was deleted or changed stays in the pages of its table, whole, until the table is vacuumed. Then the server takes the
/// room for other rows, which overwrite it; until they do, the bytes are still in the file.
extension PostgresLane {
    /// What is owed to the tables that hold words; a value.
    struct Vacuum {
        /// At most so often.
        static let pause = Duration.seconds(60)
        /// After a failure: what made it last too long, or kept it from the tables, stays so for a while.
        static let longPause = Duration.seconds(1_800)
        /// How long this lane waits for it. A large table is left to the server's own autovacuum.
        static let limit = Duration.seconds(2)
        /// A vacuum leaves what a transaction that began before the deletion can still see, and doesn't tell. Few last for as
        /// long as the pause, so a second one is made.
        private static let rounds = 2

        private var owed = 0
        var isScheduled = false
        /// Nil for at once.
        private(set) var earliest: ContinuousClock.Instant?

        var isOwed: Bool { owed > 0 }

        mutating func owe() { owed = Self.rounds }

        mutating func succeed(at now: ContinuousClock.Instant) {
            owed = max(0, owed - 1)
            earliest = now + Self.pause
        }

        mutating func fail(at now: ContinuousClock.Instant) { earliest = now + Self.longPause }
    }

    /// Vacuums the tables now, or once a minute has passed since the last time, and again a minute after that. A failure is
    /// logged, and it stays owed until this process ends.
    func vacuumDeleted() {
        state.withLock { state in
            state.vacuum.owe()
            vacuumIfOwed(&state)
        }
    }

    private func vacuumIfOwed(_ state: inout State) {
        guard state.vacuum.isOwed, !state.vacuum.isScheduled, !state.isClosed else { return }
        let now = ContinuousClock.now
        guard state.vacuum.earliest.map({ $0 <= now }) ?? true else { return schedule(&state, at: now) }
        do {
            try vacuum(on: connection(&state))
            state.vacuum.succeed(at: now)
            if state.vacuum.isOwed { schedule(&state, at: now) }
        } catch {
            state.vacuum.fail(at: now)
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
