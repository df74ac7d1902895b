import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTPTypes
import NPSModel

/// Answers the requests of a connection that have a ``DirectRoute``, and passes all others on to the router.
///
/// Answers go out in the order of their requests (RFC 9112 §9.3.2). So a request is only answered here when no earlier one
/// waits for the router's answer; and while an answer is made, or the socket has not taken what was written, whatever comes
/// is held and no more is read. So what is held came in one readiness of the socket, up to four reads of 64 KiB. Those may
/// be thousands of small requests. None is refused, as the router refuses none: each is looked at once, and other
/// connections get their turn between ``AnswerTurn/most`` answers.
///
/// What is held when the connection ends is dropped: nobody was told that it was taken.
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
        let trace: TraceContext?
        var body: ByteBuffer?
        /// Whether the rest of the body is waited for.
        var isAwaited = false
    }

    /// What arrived behind a request that is being answered.
    private enum Held {
        case part(HTTPRequestPart)
        case error(any Error)
        case inputClosed
    }

    /// Room for parts that a connection keeps.
    private static let keptCapacity = 16

    private let routes: DirectRoutes
    private let connection: Connection
    /// Whose body is being read.
    private var arriving: Exchange?
    /// Without room in advance: most connections never hold anything.
    private var held = CircularBuffer<Held>(initialCapacity: 1)
    /// Whether what was held is being let go of.
    private var isReleasing = false
    private var turn = AnswerTurn()
    /// Whether more should be read once nothing is held.
    private var isReadWanted = false
    /// Requests whose answers the router owes.
    private var routed = 0
    /// No further request is answered here: the router has the connection's last one.
    private var isOver = false
    /// The connection has ended.
    private var isGone = false

    init(routes: DirectRoutes, connection: Connection) {
        self.routes = routes
        self.connection = connection
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    /// A request whose body isn't whole is the router's already: the decoder's error came before.
    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        isGone = true
        arriving = nil
        held.removeAll()
    }

    /// Whether what comes has to queue.
    private var isHolding: Bool { turn.isHeldUp || isReleasing }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isHolding { held.append(.part(part)) } else { take(part, context) }
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            if routed == 0, !isOver, let route = routes.route(for: head, on: connection) {
                arriving = Exchange(head: head, route: route, trace: RequestTrace.read(head.headerFields))
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
        context.fireChannelRead(wrapInboundOut(part))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        turn.readCompleted()
        readCompleted(context)
    }

    private func readCompleted(_ context: ChannelHandlerContext) {
        if let exchange = arriving, !exchange.isAwaited {
            if exchange.route.awaitsBody() { arriving?.isAwaited = true } else { leaveArriving(context) }
        }
        flushAnswers(context)
        context.fireChannelReadComplete()
    }

    private func answer(_ exchange: Exchange, _ context: ChannelHandlerContext) {
        switch exchange.route.work {
        case .ready(let answer):
            write(answer, to: exchange, context)
        case .reading(let work):
            make(exchange, context, by: work)
        case .identifying(let work):
            let certificate = context.channel.clientCertificate
            make(exchange, context) { await work($0, certificate, $1) }
        }
    }

    private func make(
        _ exchange: Exchange,
        _ context: ChannelHandlerContext,
        by work: @escaping @Sendable (ByteBuffer, RequestLogger) async -> HTTPAnswer
    ) {
        turn.beginMaking()
        let (loop, box) = (context.eventLoop, NIOLoopBound(context, eventLoop: context.eventLoop))
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        let trace = exchange.trace
        let logger = RequestLogger(routes.logger, of: exchange.id, trace)
        let body = exchange.body ?? ByteBuffer()
        Task {
            let answer =
                if trace == nil {
                    await work(body, logger)
                } else {
                    await RequestTrace.$current.withValue(trace) { await work(body, logger) }
                }
            loop.execute { me.value.made(answer, for: exchange, box.value) }
        }
    }

    private func made(_ answer: HTTPAnswer, for exchange: Exchange, _ context: ChannelHandlerContext) {
        turn.endMaking()
        write(answer, to: exchange, context)
        release(context)
        // Nothing was released while the socket still has earlier answers.
        flushAnswers(context)
    }

    /// Writes without a flush, so that the answers to what came with one read go out together.
    private func write(_ answer: HTTPAnswer, to exchange: Exchange, _ context: ChannelHandlerContext) {
        routes.log.write(
            exchange.head.method,
            route: exchange.route.template,
            status: answer.status,
            since: exchange.start,
            id: exchange.id,
            to: routes.logger.tracing(exchange.trace)
        )
        routes.edge.answered(answer.status)
        // The client may have gone meanwhile.
        guard !isGone else { return }
        var fields = answer.fields
        fields.append(contentsOf: routes.fields)
        fields.append(HTTPField(name: .date, value: HTTPDate.now))
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in answerWritten(context) }
        turn.beginWriting()
        context.write(wrapOutboundOut(.head(HTTPResponse(status: answer.status, headerFields: fields))), promise: nil)
        if answer.body.readableBytes > 0 { context.write(wrapOutboundOut(.body(answer.body)), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: written)
        if turn.endWriting() { pause(context) }
        // Many bytes wait already: the next answer waits until the client has read them.
        if !context.channel.isWritable { flushAnswers(context) }
    }

    private func pause(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().execute { [self] in
            turn.resume()
            release(context)
        }
    }

    private func flushAnswers(_ context: ChannelHandlerContext) {
        guard turn.beginFlush() else { return }
        context.flush()
        turn.flushed()
    }

    private func answerWritten(_ context: ChannelHandlerContext) {
        if turn.taken() { release(context) }
    }

    /// Lets go of what was held, as far as it can be answered or passed on now.
    private func release(_ context: ChannelHandlerContext) {
        guard !isReleasing, !turn.isHeldUp, !isGone else { return }
        isReleasing = true
        let isAny = !held.isEmpty
        while !turn.isHeldUp, let item = held.popFirst() {
            switch item {
            case .part(let part): take(part, context)
            case .error(let error): pass(error, context)
            case .inputClosed: passInputClosed(context)
            }
        }
        // What a flood needed isn't kept as long as its connection.
        if held.isEmpty, held.capacity > Self.keptCapacity { held.removeAll() }
        if isAny { readCompleted(context) } else { flushAnswers(context) }
        isReleasing = false
        guard !turn.isHeldUp, !isGone else { return }
        // Something came meanwhile.
        guard held.isEmpty else { return release(context) }
        guard isReadWanted else { return }
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
        flushAnswers(context)
        if isHolding { held.append(.error(error)) } else { pass(error, context) }
    }

    private func pass(_ error: any Error, _ context: ChannelHandlerContext) {
        leaveArriving(context)
        isOver = true
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        flushAnswers(context)
        if isHolding { held.append(.inputClosed) } else { passInputClosed(context) }
    }

    /// The client sends no more.
    private func passInputClosed(_ context: ChannelHandlerContext) {
        leaveArriving(context)
        isOver = true
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    func read(context: ChannelHandlerContext) {
        if isHolding { isReadWanted = true } else { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), routed > 0 { routed -= 1 }
        context.write(data, promise: promise)
    }
}
