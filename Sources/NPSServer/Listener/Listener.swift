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

    /// - Parameters:
    ///   - tls: nil = plain HTTP.
    ///   - onListening: called once with the bound port (nil for a Unix socket) when connections are accepted.
    init(
        router: Router<CollectorContext>,
        address: ListenAddress,
        tls: TLSConfiguration?,
        limits: ConnectionLimits,
        proxies: TrustedProxies,
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void
    ) throws {
        let clients = ClientConnectionLimit(limit: limits.connectionsPerClient, proxies: proxies)
        let budget = BodyBudget(limit: limits.bodies)
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionGuard(limits: limits, clients: clients, budget: budget, proxies: proxies)
            ],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerField,
                maxHeaderListSize: limits.headerList,
                maxHeaderFieldCount: limits.headerFields
            )
        )
        let plain = HTTPServerBuilder.http1(configuration: channel)
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

    package func run() async throws {
        try await application.run()
    }
}

/// Where a listener binds.
package enum ListenAddress: Sendable, Hashable {
    /// Port 0 takes any free one.
    case hostname(String, port: Int)
    case unixSocket(String)
}

/// The context of a request: Hummingbird's own, and the connection it came in on.
struct CollectorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The other end of the connection; nil for a Unix socket.
    var peer: IPAddress? {
        channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}
