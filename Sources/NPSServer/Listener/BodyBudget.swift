import Synchronization

/// Limits the bytes of request bodies that one listener holds in memory: what a route allows one request, thousands of
/// connections could ask for at once. One client gets a share of it, and the last part is kept for small bodies, so that
/// a few senders of large ones lock out nobody.
final class BodyBudget: Sendable {
    private struct Held {
        var all = 0
        var byNetwork: [ClientNetwork: Int] = [:]
    }

    /// One client gets an eighth of the whole, its /56 a quarter, its /48 half.
    private static let share = 8
    /// The last quarter is for small bodies.
    private static let reserve = 4
    /// Bytes of a small body: the longest form has fewer.
    static let small = 128 << 10

    private let limit: Int
    private let held = Mutex(Held())

    init(limit: Int) {
        self.limit = limit
    }

    /// - Parameters:
    ///   - count: more bytes of a body.
    ///   - taken: how many bytes its connection has already taken.
    ///   - networks: those of the client; empty for one that nothing limits.
    /// - Returns: false when there is no room; then nothing is taken.
    func take(_ count: Int, afterTaking taken: Int, for networks: [ClientNetwork]) -> Bool {
        held.withLock { held in
            let most = taken + count <= Self.small ? limit : limit - limit / Self.reserve
            guard held.all + count <= most else { return false }
            for network in networks
            where held.byNetwork[network, default: 0] + count > limit / Self.share * network.share { return false }
            held.all += count
            for network in networks { held.byNetwork[network, default: 0] += count }
            return true
        }
    }

    func giveBack(_ count: Int, for networks: [ClientNetwork]) {
        guard count > 0 else { return }
        held.withLock { held in
            held.all -= count
            for network in networks {
                let rest = held.byNetwork[network, default: 0] - count
                held.byNetwork[network] = rest > 0 ? rest : nil
            }
        }
    }
}
