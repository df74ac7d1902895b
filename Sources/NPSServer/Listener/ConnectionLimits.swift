package import NIOCore
import Synchronization

/// What one client may take of the server before it is cut off.
package struct ConnectionLimits: Sendable {
    /// From the open connection to the first complete request head, TLS handshake included.
    package var firstHead: TimeAmount = .seconds(10)
    /// From a request's head to its last byte, however steadily the bytes drip.
    package var wholeRequest: TimeAmount = .seconds(30)
    /// From a request's last byte to its answer being written.
    package var answer: TimeAmount = .seconds(30)
    /// Between requests; longer than nginx's 60 s, so that a proxy never reuses a connection that we just closed.
    package var keepAlive: TimeAmount = .seconds(75)
    /// For a client that was answered before it had finished sending: the time to read the answer.
    package var linger: TimeAmount = .seconds(1)
    package var headerField = 8_192
    package var headerList = 16_384
    package var headerFields = 100
    package var connections = 10_000
    /// Trusted proxies and Unix sockets don't count.
    package var connectionsPerClient = 100

    /// Bytes of request bodies in memory, over all connections; beyond that a request gets 503.
    package var bodies = 128 << 20

    package init() {}
}

/// Counts open connections by client, so that one client can't take them all.
final class ClientConnectionLimit: Sendable {
    /// Proof that a connection was counted; given back when it ends.
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

/// Limits the bytes of request bodies that one listener holds in memory: what a route allows one request, thousands of
/// connections could ask for at once.
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
