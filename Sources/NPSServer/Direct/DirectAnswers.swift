import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTPTypes

/// Answers the requests of a connection that have a ``DirectRoute``, and passes all others on to the router.
///
/// Answers go out in the order of their requests (RFC 9112 §9.3.2). So a request is only answered here when no earlier one
/// waits for the router's answer; and until one that is answered here has been written, whatever comes after it is held and
/// no more is read, so that what is held is never more than came with one read.
final class DirectAnswers: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A request with a direct route.
    private struct Exchange {
        let head: HTTPRequest
        let route: DirectRoute
        let id = RequestID()
        let start = ContinuousClock.now
        var body: ByteBuffer?
        /// Whether the rest of the body is waited for.
        var isAwaited = false
    }

    /// What arrived behind a request that is being answered.
    private enum Held {
        case part(HTTPRequestPart)
        case error(any Error)
        case event(Any)
    }

    private let routes: DirectRoutes
    private let peer: Peer
    /// Whose body is being read.
    private var arriving: Exchange?
    /// Whether an answer is being made, or not wholly written to the socket.
    private var isAnswering = false
    private var held: [Held] = []
    /// Whether more should be read once the answer is written.
    private var isReadWanted = false
    /// Requests whose answers the router owes.
    private var routed = 0
    /// Nothing more is answered here: the connection ends, or the router has its last request.
    private var isOver = false

    init(routes: DirectRoutes, peer: Peer) {
        self.routes = routes
        self.peer = peer
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        (isOver, arriving, held) = (true, nil, [])
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !isAnswering else { return held.append(.part(part)) }
        switch part {
        case .head(let head):
            if routed == 0, !isOver, let route = routes.route(for: head, from: peer) {
                arriving = Exchange(head: head, route: route)
                return
            }
            routed += 1
            if head.headerFields.first(.connection) == "close" { isOver = true }
        case .body(var bytes):
            guard arriving != nil else { break }
            if arriving?.body?.writeBuffer(&bytes) == nil { arriving?.body = bytes }
            return
        case .end:
            guard let exchange = arriving else { break }
            arriving = nil
            return answer(exchange, context)
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let exchange = arriving, !exchange.isAwaited {
            if exchange.route.awaitsBody() { arriving?.isAwaited = true } else { leaveArriving(context) }
        }
        context.fireChannelReadComplete()
    }

    private func answer(_ exchange: Exchange, _ context: ChannelHandlerContext) {
        isAnswering = true
        switch exchange.route.work {
        case .ready(let answer): write(answer, to: exchange, context)
        case .reading(let work):
            let (loop, box) = (context.eventLoop, NIOLoopBound(context, eventLoop: context.eventLoop))
            let me = NIOLoopBound(self, eventLoop: context.eventLoop)
            var logger = routes.logger
            logger[metadataKey: AccessLog.requestID] = .stringConvertible(exchange.id)
            let body = exchange.body ?? ByteBuffer()
            Task { [logger] in
                let answer = await work(body, logger)
                loop.execute { me.value.write(answer, to: exchange, box.value) }
            }
        }
    }

    private func write(_ answer: HTTPAnswer, to exchange: Exchange, _ context: ChannelHandlerContext) {
        routes.log.write(
            exchange.head.method,
            route: exchange.route.template,
            status: answer.status,
            since: exchange.start,
            id: exchange.id,
            to: routes.logger
        )
        // The client may have gone meanwhile.
        guard !isOver else { return }
        var fields = answer.fields
        fields.append(contentsOf: routes.fields)
        fields.append(HTTPField(name: .date, value: HTTPDate.now))
        let written = context.eventLoop.makePromise(of: Void.self)
        // At once, unless the client reads slowly.
        written.futureResult.assumeIsolated().whenComplete { [self] _ in
            isAnswering = false
            release(context)
        }
        context.write(wrapOutboundOut(.head(HTTPResponse(status: answer.status, headerFields: fields))), promise: nil)
        if answer.body.readableBytes > 0 { context.write(wrapOutboundOut(.body(answer.body)), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// Lets go of what was held, up to the next request that is answered here.
    private func release(_ context: ChannelHandlerContext) {
        let waiting = held
        held = []
        for (index, item) in waiting.enumerated() {
            switch item {
            case .part(let part): channelRead(context: context, data: wrapInboundOut(part))
            case .error(let error): errorCaught(context: context, error: error)
            case .event(let event): userInboundEventTriggered(context: context, event: event)
            }
            if isAnswering {
                held += waiting[(index + 1)...]
                break
            }
        }
        if !waiting.isEmpty { channelReadComplete(context: context) }
        guard !isAnswering, isReadWanted else { return }
        isReadWanted = false
        context.read()
    }

    /// Leaves to the router the request that is being read.
    private func leaveArriving(_ context: ChannelHandlerContext) {
        guard let exchange = arriving else { return }
        arriving = nil
        routed += 1
        context.fireChannelRead(wrapInboundOut(.head(exchange.head)))
        if let body = exchange.body { context.fireChannelRead(wrapInboundOut(.body(body))) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isAnswering else { return held.append(.error(error)) }
        leaveArriving(context)
        isOver = true
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            guard !isAnswering else { return held.append(.event(event)) }
            leaveArriving(context)
            isOver = true
        }
        context.fireUserInboundEventTriggered(event)
    }

    func read(context: ChannelHandlerContext) {
        if isAnswering { isReadWanted = true } else { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), routed > 0 { routed -= 1 }
        context.write(data, promise: promise)
    }
}
