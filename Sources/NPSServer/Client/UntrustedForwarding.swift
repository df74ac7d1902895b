import HTTPTypes
import Logging
import Synchronization

/// Says in the log that somebody who isn't in `http.trusted-proxies` sends a forwarding header: a proxy that was
/// forgotten there makes all of its clients one client, which shares one limit. Said once for each kind of network, since
/// on the internet anybody can make up such a header.
final class UntrustedForwarding: Sendable {
    private let proxies: TrustedProxies
    private let logger: Logger
    private let said = Mutex<Set<IPAddress.Network>>([])

    init(proxies: TrustedProxies, logger: Logger) {
        self.proxies = proxies
        self.logger = logger
    }

    /// - Parameter peer: the other end of the connection. One that is unknown tells the operator nothing.
    func note(_ headers: HTTPFields, from peer: Peer) {
        guard let address = peer.address, !proxies.isTrusted(peer) else { return }
        guard let name = Self.names.first(where: { headers.contains($0) }) else { return }
        let network = address.network
        guard said.withLock({ $0.insert(network).inserted }) else { return }
        logger.warning(
            """
            a peer that http.trusted-proxies doesn't list sent the header \(name): if it is your proxy, list its address; \
            until then all of its clients share one limit. Otherwise somebody made the header up, and it is ignored
            """,
            metadata: ["peer": "\(network.rawValue)"]
        )
    }

    private static let names = ["X-Forwarded-For", "Forwarded"].compactMap { HTTPField.Name($0) }
}

extension IPAddress {
    /// Where an address is, as far as a log may say it.
    enum Network: String {
        case thisMachine = "this machine"
        case privateNetwork = "a private network"
        case publicNetwork = "a public address"
    }

    var network: Network {
        if Self.loopback.contains(where: { $0.contains(self) }) { return .thisMachine }
        return Self.privateRanges.contains { $0.contains(self) } ? .privateNetwork : .publicNetwork
    }

    private static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }
    /// RFC 1918, 3927, 4193, 4291 §2.5.6 and 6598.
    private static let privateRanges = [
        "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10",
    ].compactMap { AddressRange($0) }
}
