import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// HTTP/1.1 connections behind a ``ConnectionGuard``. Who is at the other end is read once, when a connection opens: a
/// client that resets the connection meanwhile must not become nobody.
struct GuardedChannel: ServerChildChannel, HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        fileprivate let http: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        fileprivate let peer: Peer

        var channel: any Channel { http.channel }
    }

    /// Who is at the other end of the connection that the current task serves.
    @TaskLocal static var peer = Peer.unknown

    let responder: HTTPChannelHandler.Responder
    private let rules: ConnectionRules
    private let direct: DirectRoutes?
    private let tls: ServerTLS?

    /// - Parameters:
    ///   - direct: what connections answer without the responder; nil for nothing.
    ///   - tls: nil = plain HTTP.
    init(
        responder: @escaping HTTPChannelHandler.Responder,
        rules: ConnectionRules,
        direct: DirectRoutes? = nil,
        tls: ServerTLS? = nil
    ) {
        self.responder = responder
        self.rules = rules
        self.direct = direct
        self.tls = tls
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let peer = Peer(channel.remoteAddress, isUnixSocket: rules.isUnixSocket)
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(tls.handler()) }
            try pipeline.addHTTP(rules)
            try pipeline.addHandler(ConnectionGuard(peer: peer, rules: rules))
            if let direct { try pipeline.addHandler(DirectAnswers(routes: direct, peer: peer)) }
            let http = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
            return Value(http: http, peer: peer)
        }
    }

    func handle(value: Value, logger: Logger) async {
        await Self.$peer.withValue(value.peer) {
            await handleHTTP(asyncChannel: value.http, logger: logger)
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
