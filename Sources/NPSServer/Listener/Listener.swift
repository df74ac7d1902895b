import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// One listening socket with its router: the public listener, the admin listener or the redirect listener.
package struct Listener: Service {
    private let application: Application<RouterResponder<CollectorContext>>
    private let address: ListenAddress
    private let setting: String

    /// - Parameters:
    ///   - tls: nil = plain HTTP.
    ///   - errorPages: nil for a listener that only programs talk to.
    ///   - edge: what counts its connections.
    ///   - direct: what its connections answer without the router; nil for nothing.
    ///   - setting: the names of the settings that say where it listens.
    ///   - onListening: called once with the bound port (nil for a Unix socket) when connections are accepted.
    init(
        router: Router<CollectorContext>,
        address: ListenAddress,
        tls: TLSConfiguration?,
        limits: ConnectionLimits,
        proxies: TrustedProxies,
        errorPages: ErrorPages?,
        edge: EdgeCounters,
        direct: DirectRoutes? = nil,
        setting: String,
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void
    ) throws {
        self.address = address
        self.setting = setting
        var isUnixSocket = false
        if case .unixSocket = address { isUnixSocket = true }
        let rules = ConnectionRules(
            limits: limits,
            proxies: proxies,
            errorPages: errorPages,
            edge: edge,
            isUnixSocket: isUnixSocket
        )
        let plain = HTTPServerBuilder { GuardedChannel(responder: $0, rules: rules, direct: direct) }
        application = Application(
            responder: router.buildResponder(),
            server: try tls.map { try .tls(plain, tlsConfiguration: $0) } ?? plain,
            configuration: ApplicationConfiguration(
                address: Self.bindAddress(address),
                backlog: 1024,
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)
            ),
            onServerRunning: { onListening($0.localAddress?.port) },
            logger: logger
        )
    }

    private static func bindAddress(_ address: ListenAddress) -> BindAddress {
        switch address {
        case .hostname(let host, let port): .hostname(host, port: port)
        case .unixSocket(let path): .unixDomainSocket(path: path)
        }
    }

    /// - Throws: ``ServerError/cannotListen(address:setting:code:)`` when the address can't be opened.
    package func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw ServerError.cannotListen(address: "\(address)", setting: setting, code: error.errnoCode)
        }
    }
}

/// Where a listener binds.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// Port 0 takes any free one.
    case hostname(String, port: Int)
    case unixSocket(String)

    package var description: String {
        switch self {
        case .hostname(let host, let port): (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
        case .unixSocket(let path): path
        }
    }
}

/// The context of a request: Hummingbird's own, and the connection it came in on.
struct CollectorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// The other end of the connection.
    let peer: Peer

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
        peer = GuardedChannel.peer
    }
}
