/// Where a listener's connections come in.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// Port 0 takes any free one.
    case hostname(String, port: Int)
    /// A socket in the file system, which the listener makes and removes.
    case unixSocket(UnixSocketFile)
    /// A socket that somebody else opened, and which stays open when this process ends.
    case inherited(InheritedSocket)

    package var description: String {
        switch self {
        case .hostname(let host, let port): (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
        case .unixSocket(let file): file.path
        case .inherited(let socket): socket.address
        }
    }

    /// Nil for a Unix socket.
    package var port: Int? {
        switch self {
        case .hostname(_, let port): port
        case .unixSocket: nil
        case .inherited(let socket): socket.port
        }
    }

    /// Whether clients are programs on this machine, which have no address.
    var isUnixSocket: Bool {
        switch self {
        case .hostname: false
        case .unixSocket: true
        case .inherited(let socket): socket.isUnixSocket
        }
    }
}
