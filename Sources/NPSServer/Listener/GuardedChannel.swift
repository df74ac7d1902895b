import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Connections under guard: HTTP/1.1 behind a ``ConnectionGuard``, and over TLS also HTTP/2 behind an ``HTTP2Guard``. Who
/// is at the other end is read once, when a connection opens: a client that resets the connection meanwhile must not
/// become nobody.
struct GuardedChannel: ServerChildChannel, HTTPChannelHandler {
    fileprivate typealias Requests = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    struct Value: ServerChildChannelValue {
        /// What is served when the connection is ready.
        fileprivate struct Ready {
            let connection: Connection
            /// Nil for HTTP/2, whose streams are served one by one.
            let requests: Requests?
        }

        let channel: any Channel
        fileprivate let ready: EventLoopFuture<Ready>
    }

    let responder: HTTPChannelHandler.Responder
    private let rules: ConnectionRules
    private let direct: DirectRoutes?
    private let tls: ServerTLS?
    private let open: OpenConnections

    /// - Parameters:
    ///   - direct: what connections answer without the responder; nil for nothing.
    ///   - tls: nil = plain HTTP/1.1.
    ///   - open: where the streams of HTTP/2 are counted while the responder has them.
    init(
        responder: @escaping HTTPChannelHandler.Responder,
        rules: ConnectionRules,
        direct: DirectRoutes? = nil,
        tls: ServerTLS? = nil,
        open: OpenConnections = OpenConnections()
    ) {
        self.responder = responder
        self.rules = rules
        self.direct = direct
        self.tls = tls
        self.open = open
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let peer = Peer(channel.remoteAddress, isUnixSocket: rules.isUnixSocket)
            guard let tls else {
                let ready = try addHTTP1(to: channel, Connection(peer: peer))
                return Value(channel: channel, ready: channel.eventLoop.makeSucceededFuture(ready))
            }
            let ready = channel.eventLoop.makePromise(of: Value.Ready.self)
            do { try addHandshake(to: channel, tls, peer, ready, logger) } catch {
                ready.fail(error)
                throw error
            }
            return Value(channel: channel, ready: ready.futureResult)
        }
    }

    private func addHandshake(
        to channel: any Channel,
        _ tls: ServerTLS,
        _ peer: Peer,
        _ ready: EventLoopPromise<Value.Ready>,
        _ logger: Logger
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ProtocolOffer(spoken: TLSFiles.protocols, edge: rules.edge))
        try pipeline.addHandler(tls.handler())
        try pipeline.addHandler(
            HandshakeGuard(peer: peer, rules: rules, ready: ready) { [unowned channel] version, place in
                let connection = Connection(peer: peer)
                switch version {
                case .http1: return try addHTTP1(to: channel, connection, in: place)
                case .http2: return try addHTTP2(to: channel, connection, in: place, logger)
                }
            }
        )
    }

    /// - Parameter place: of a connection that was let in already; nil for one that has just opened.
    private func addHTTP1(
        to channel: any Channel,
        _ connection: Connection,
        in place: ConnectionPlace? = nil
    ) throws -> Value.Ready {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHTTP(rules)
        try pipeline.addHandler(ConnectionGuard(peer: connection.peer, rules: rules, place: place))
        if let direct { try pipeline.addHandler(DirectAnswers(routes: direct, connection: connection)) }
        rules.edge.connectionReady(.http1)
        let requests = try Requests(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
        return Value.Ready(connection: connection, requests: requests)
    }

    private func addHTTP2(
        to channel: any Channel,
        _ connection: Connection,
        in place: ConnectionPlace,
        _ logger: Logger
    ) throws -> Value.Ready {
        try channel.pipeline.syncOperations.addHTTP2(rules, for: connection, in: place, direct: direct) { stream in
            let requests = try Requests(wrappingChannelSynchronously: stream)
            open.serve(stream) { await handle(requests, of: connection, logger: logger) }
        }
        rules.edge.connectionReady(.http2)
        return Value.Ready(connection: connection, requests: nil)
    }

    func handle(value: Value, logger: Logger) async {
        guard let ready = try? await value.ready.get() else { return }
        if let requests = ready.requests {
            await handle(requests, of: ready.connection, logger: logger)
        } else {
            try? await value.channel.closeFuture.get()
        }
    }

    private func handle(_ requests: Requests, of connection: Connection, logger: Logger) async {
        await Connection.$current.withValue(connection) {
            await handleHTTP(asyncChannel: requests, logger: logger)
        }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// What reads and writes HTTP/1.1, within the limits.
    func addHTTP(_ rules: ConnectionRules) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = rules.limits.headerField
        limits.maxHeaderListSize = rules.limits.headerList
        limits.maxHeaderFieldCount = rules.limits.headerFields
        // Answers come in order by themselves, the ``ConnectionGuard`` answers what can't be read, and the types of the
        // fields that are written are checked already.
        try configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits
        )
        try addHandler(HeadCodec())
    }
}
