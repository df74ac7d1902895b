import NIOCore
import NIOSSL
import NIOTLS

/// The protocols that requests come in by. The raw values are labels of a metric.
enum HTTPProtocol: String, CaseIterable {
    case http1
    case http2

    /// - Parameter name: what the TLS handshake has agreed on (RFC 7301); nil for a client that named nothing. Then it
    ///   speaks HTTP/1.1.
    init(negotiated name: String?) {
        self = name == "h2" ? .http2 : .http1
    }
}

/// Watches over a connection until its TLS handshake is done, and then makes room for the handlers of the protocol that
/// was agreed on. NIOSSL itself waits for ever.
final class HandshakeGuard<Ready: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let peer: Peer
    private let rules: ConnectionRules
    private let ready: EventLoopPromise<Ready>
    /// Adds the handlers.
    private let begin: (HTTPProtocol, ConnectionPlace) throws -> Ready
    /// Nil before and after.
    private var place: ConnectionPlace?
    private var isDraining = false
    private var timer: Scheduled<Void>?

    /// - Parameter ready: completed in any case: it fails when the connection ends before.
    init(
        peer: Peer,
        rules: ConnectionRules,
        ready: EventLoopPromise<Ready>,
        begin: @escaping (HTTPProtocol, ConnectionPlace) throws -> Ready
    ) {
        self.peer = peer
        self.rules = rules
        self.ready = ready
        self.begin = begin
    }

    func handlerAdded(context: ChannelHandlerContext) {
        place = ConnectionPlace(of: peer, on: context.channel, under: rules)
        guard let place else { return context.close(promise: nil) }
        schedule(context, place.opened + rules.limits.firstHead)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        timer?.cancel()
        timer = nil
        place?.leave()
        place = nil
        ready.fail(ChannelError.eof)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let name):
            complete(HTTPProtocol(negotiated: name), context)
        case is ChannelShouldQuiesceEvent:
            isDraining = true
            if let place { schedule(context, place.opened + rules.limits.drain) }
        case is GiveWay, ChannelEvent.inputClosed as ChannelEvent:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func complete(_ version: HTTPProtocol, _ context: ChannelHandlerContext) {
        guard let place else { return }
        timer?.cancel()
        timer = nil
        self.place = nil
        do {
            let ready = try begin(version, place)
            self.ready.succeed(ready)
        } catch {
            place.leave()
            return context.close(promise: nil)
        }
        if isDraining { context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.handshakeFailed = error { rules.edge.refused(.tls) }
        context.close(promise: nil)
    }

    private func schedule(_ context: ChannelHandlerContext, _ deadline: NIODeadline) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            if !isDraining { rules.edge.refused(.slowHead) }
            context.close(promise: nil)
        }
    }
}
