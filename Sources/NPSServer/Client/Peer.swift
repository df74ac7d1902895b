import NIOCore

/// Who is at the other end of a connection, or behind it.
enum Peer: Sendable, Hashable {
    case address(IPAddress)
    /// A program on this machine that uses the listener's Unix socket.
    case unixSocket
    /// The connection was reset before its address could be read. All such clients count as one.
    case unknown

    /// - Parameter isUnixSocket: whether the listener's socket is one. NIO knows no address of a Unix socket's client, and
    ///   none of a connection that is closed.
    init(_ address: SocketAddress?, isUnixSocket: Bool) {
        self = address?.ipAddress.flatMap { IPAddress($0) }.map(Peer.address) ?? (isUnixSocket ? .unixSocket : .unknown)
    }

    var address: IPAddress? {
        if case .address(let address) = self { address } else { nil }
    }

    /// What limits count the peer by, the narrowest first.
    var networks: [ClientNetwork] {
        switch self {
        case .address(let address): ClientNetwork.containing(address)
        case .unixSocket: [.unixSocket]
        case .unknown: [.unknown]
        }
    }
}
