import Synchronization

/// Counts open connections by client, so that one client can't take them all.
final class ClientConnectionLimit: Sendable {
    /// The proof of having been counted, given back when the connection ends.
    struct Admission {
        fileprivate let client: IPAddress?
    }

    private let limit: Int
    private let proxies: TrustedProxies
    private let counts = Mutex<[IPAddress: Int]>([:])

    init(limit: Int, proxies: TrustedProxies) {
        self.limit = limit
        self.proxies = proxies
    }

    /// Nil = refused. A nil client (a Unix socket) and trusted proxies are always admitted.
    func admit(_ peer: IPAddress?) -> Admission? {
        guard let peer, !proxies.contains(peer) else { return Admission(client: nil) }
        let client = peer.client
        return counts.withLock { counts in
            let count = counts[client, default: 0]
            guard count < limit else { return nil }
            counts[client] = count + 1
            return Admission(client: client)
        }
    }

    func leave(_ admission: Admission) {
        guard let client = admission.client else { return }
        counts.withLock { counts in
            let count = counts[client, default: 1] - 1
            counts[client] = count > 0 ? count : nil
        }
    }
}
