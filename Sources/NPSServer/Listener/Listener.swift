import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// A router and the sockets that its requests come in by: the public listener, the admin listener or the redirect listener.
package struct Listener: Service {
    private let addresses: [ListenAddress]
    private let setting: String
    private let responder: HTTPChannelHandler.Responder
    private let direct: DirectRoutes?
    private let rules: ConnectionRules
    private let tls: ServerTLS?
    private let logger: Logger
    private let onListening: @Sendable (Int?) -> Void

    /// - Parameters:
    ///   - addresses: at least one.
    ///   - tls: nil = plain HTTP.
    ///   - errorPages: nil for a listener that only programs talk to.
    ///   - edge: what counts its connections.
    ///   - direct: what its connections answer without the router; nil for nothing.
    ///   - setting: the names of the settings that say where it listens.
    ///   - onListening: called once, with the first port (nil for a Unix socket), when connections are accepted.
    init(
        router: Router<CollectorContext>,
        addresses: [ListenAddress],
        tls: ServerTLS?,
        limits: ConnectionLimits,
        proxies: TrustedProxies,
        errorPages: ErrorPages?,
        edge: EdgeCounters,
        direct: DirectRoutes? = nil,
        setting: String,
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void
    ) throws {
        self.addresses = addresses
        self.setting = setting
        self.direct = direct
        self.logger = logger
        self.onListening = onListening
        rules = ConnectionRules(limits: limits, proxies: proxies, errorPages: errorPages, edge: edge)
        // Each socket takes so many.
        edge.allow(limits.connections * addresses.count)
        self.tls = tls
        responder = Self.responder(asking: router.buildResponder(), logger: logger)
    }

    /// - Throws: ``ServerError/cannotListen(address:setting:code:)`` and others of its kind when an address can't be opened.
    package func run() async throws {
        let open = OpenConnections()
        let acceptors = try await listen(serving: open)
        onListening(acceptors.first?.port)
        // Returns as well when the task is cancelled.
        try? await gracefulShutdown()
        for acceptor in acceptors { await acceptor.close() }
        await withTaskCancellationHandler {
            await open.drain()
        } onCancel: {
            open.close()
        }
    }

    private func listen(serving open: OpenConnections) async throws -> [Acceptor] {
        var acceptors: [Acceptor] = []
        for address in addresses {
            var rules = rules
            rules.isUnixSocket = address.isUnixSocket
            let guarded = GuardedChannel(responder: responder, rules: rules, direct: direct, tls: tls, open: open)
            do {
                let limit = rules.limits.connections
                let acceptor = try await Acceptor(at: address, limit: limit, logger: logger) { channel in
                    guarded.setup(channel: channel, logger: logger).map { value in
                        open.serve(value.channel) { await guarded.handle(value: value, logger: logger) }
                    }
                }
                acceptors.append(acceptor)
            } catch {
                for acceptor in acceptors { await acceptor.close() }
                throw failure(error, at: address)
            }
        }
        return acceptors
    }

    private func failure(_ error: any Error, at address: ListenAddress) -> any Error {
        switch error {
        case let error as IOError:
            ServerError.cannotListen(address: "\(address)", setting: setting, code: error.errnoCode)
        case SocketAddressError.unknown(let host, _): ServerError.unknownHost(host: host, setting: setting)
        default: error
        }
    }

    /// Gives each request an id and each answer its date.
    private static func responder(
        asking responder: RouterResponder<CollectorContext>,
        logger: Logger
    ) -> HTTPChannelHandler.Responder {
        { (request, writer: consuming ResponseWriter, channel) in
            let trace = RequestTrace.read(request.headers)
            var logger = logger.tracing(trace)
            logger[metadataKey: AccessLog.requestID] = .stringConvertible(RequestID())
            let context = CollectorContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            var response: Response
            do {
                response =
                    if let trace {
                        try await RequestTrace.$current.withValue(trace) {
                            try await responder.respond(to: request, context: context)
                        }
                    } else {
                        try await responder.respond(to: request, context: context)
                    }
            } catch let error as HTTPParserError {
                throw error
            } catch {
                response = Response(status: .internalServerError)
            }
            response.headers[.date] = HTTPDate.now
            do {
                try await writer.write(response: response.head, body: response.body)
            } catch is HTTPParserError {
                // As itself it would be answered with 400 behind the answer that has begun.
                throw AnswerCutOff()
            }
        }
    }

    private struct AnswerCutOff: Error {}
}

/// The context of a request: Hummingbird's own, and the connection it came in on.
struct CollectorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// What is known of the connection's other end.
    let connection: Connection
    var peer: Peer { connection.peer }

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
        connection = Connection.current
    }
}
