import NPSConsole
import Synchronization

/// What forms did within the last minutes, for the pages that say so.
final class RecentDeeds: Sendable {
    private let deeds = Mutex(Tickets<Deed>())
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// The ticket of the deed.
    func give(_ deed: Deed) -> String { deeds.withLock { $0.give(deed, at: now()) } }

    func deed(_ ticket: String) -> Deed? { deeds.withLock { $0.value(of: ticket, at: now()) } }
}
