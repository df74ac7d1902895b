import NIOCore
import Synchronization

/// Counts open connections by client, so that one client can't take them all. In the place of another that idles, a
/// client may always open a new one.
final class ClientConnectionLimit: Sendable {
    /// A connection that is counted until it leaves.
    final class Admission: Sendable {
        fileprivate let networks: [ClientNetwork]
        fileprivate let giveWay: @Sendable () -> Void
        /// Nil while a request is being read or answered.
        fileprivate let idleSince: Mutex<NIODeadline?>

        fileprivate init(
            _ networks: [ClientNetwork],
            idleSince: NIODeadline,
            giveWay: @escaping @Sendable () -> Void
        ) {
            self.networks = networks
            self.giveWay = giveWay
            self.idleSince = Mutex(idleSince)
        }

        /// - Parameter since: nil when a request begins.
        func idles(since: NIODeadline?) {
            idleSince.withLock { $0 = since }
        }
    }

    private typealias Members = [ObjectIdentifier: Admission]

    private let limit: Int
    private let proxies: TrustedProxies
    private let members = Mutex<[ClientNetwork: Members]>([:])

    /// - Parameter limit: connections of one client; of its /56 twice, and of its /48 four times as many.
    init(limit: Int, proxies: TrustedProxies) {
        self.limit = limit
        self.proxies = proxies
    }

    /// Unix sockets and trusted proxies are always admitted.
    ///
    /// - Parameter giveWay: called once, on any thread, when the connection has to close for another one as soon as it is
    ///   idle. It is no longer counted then.
    /// - Returns: nil = refused, as no connection of this client idles.
    func admit(
        _ peer: Peer,
        at now: NIODeadline,
        giveWay: @escaping @Sendable () -> Void
    ) -> Admission? {
        let networks = proxies.isTrusted(peer) ? [] : peer.networks
        let admission = Admission(networks, idleSince: now, giveWay: giveWay)
        var replaced: [Admission] = []
        let isAdmitted = members.withLock { members in
            for network in admission.networks where members[network, default: [:]].count >= limit * network.share {
                // One may be enough for all networks.
                if replaced.contains(where: { $0.networks.contains(network) }) { continue }
                guard let idle = Self.longestIdle(members[network] ?? [:]) else { return false }
                replaced.append(idle)
            }
            for idle in replaced { Self.remove(idle, &members) }
            for network in admission.networks {
                members[network, default: [:]][ObjectIdentifier(admission)] = admission
            }
            return true
        }
        guard isAdmitted else { return nil }
        for idle in replaced { idle.giveWay() }
        return admission
    }

    /// Whether the client has more than three quarters of its connections open, so that none should be kept open for
    /// nothing.
    func isCrowded(_ admission: Admission) -> Bool {
        guard !admission.networks.isEmpty else { return false }
        return members.withLock { members in
            admission.networks.contains { (members[$0]?.count ?? 0) > limit * $0.share * 3 / 4 }
        }
    }

    /// Idempotent.
    func leave(_ admission: Admission) {
        members.withLock { Self.remove(admission, &$0) }
    }

    private static func longestIdle(_ members: Members) -> Admission? {
        members.values.compactMap { member in
            member.idleSince.withLock { $0 }.map { (since: $0, member: member) }
        }.min { $0.since < $1.since }?.member
    }

    private static func remove(_ admission: Admission, _ members: inout [ClientNetwork: Members]) {
        for network in admission.networks {
            members[network]?[ObjectIdentifier(admission)] = nil
            if members[network]?.isEmpty == true { members[network] = nil }
        }
    }
}
