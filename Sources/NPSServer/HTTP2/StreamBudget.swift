import Synchronization

/// Limits the streams of HTTP/2 that are open on one listener: each costs memory, and one client could have a hundred on each
/// of its connections. One client gets a share, so that a few that stall lock out nobody.
final class StreamBudget: Sendable {
    private struct Open {
        var all = 0
        var byNetwork: [ClientNetwork: Int] = [:]
    }

    /// One client gets an eighth of the whole, its /56 a quarter, its /48 half.
    private static let share = 8

    private let limit: Int
    private let open = Mutex(Open())

    init(limit: Int) {
        self.limit = limit
    }

    /// - Parameter networks: those of the client; empty for one that nothing limits.
    func hasRoom(for networks: [ClientNetwork]) -> Bool {
        open.withLock { open in
            open.all < limit
                && networks.allSatisfy { open.byNetwork[$0, default: 0] < limit / Self.share * $0.share }
        }
    }

    func take(for networks: [ClientNetwork]) {
        open.withLock { open in
            open.all += 1
            for network in networks { open.byNetwork[network, default: 0] += 1 }
        }
    }

    func giveBack(for networks: [ClientNetwork]) {
        open.withLock { open in
            open.all -= 1
            for network in networks {
                let rest = open.byNetwork[network, default: 0] - 1
                open.byNetwork[network] = rest > 0 ? rest : nil
            }
        }
    }
}
