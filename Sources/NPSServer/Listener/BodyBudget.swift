import Synchronization

/// The bytes of request bodies that one listener holds in memory, over all connections: what a single route allows,
/// thousands of connections could ask for at once.
final class BodyBudget: Sendable {
    private let limit: Int
    private let held = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// False when there is no room; then nothing is taken.
    func take(_ count: Int) -> Bool {
        held.withLock { held in
            guard held <= limit - count else { return false }
            held += count
            return true
        }
    }

    func giveBack(_ count: Int) {
        held.withLock { $0 -= count }
    }
}
