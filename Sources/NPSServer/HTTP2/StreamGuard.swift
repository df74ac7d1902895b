import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOHTTPTypes

/// The request part of HTTP/2 under guard: what a ``ConnectionGuard`` sees to for one request after the other, this does for
/// the one request of its stream.
final class StreamGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let guarding: HTTP2Guard
    private let connection: Connection
    private let rules: ConnectionRules
    private var state: StreamDeadline
    private var head: HTTPRequest?
    /// Whether the client waits for an interim answer before it sends the body.
    private var awaitsContinue = false
    private var bodies: HeldBodies
    /// Whether an answer has begun.
    private var isAnswering = false
    /// Whether an answer has ended that is not wholly written to the socket.
    private var isUnwritten = false
    /// Nothing more is passed on: the request was refused here.
    private var isOver = false
    /// An answer that begins after that is not written.
    private var isMuted = false
    /// Nil before and after the stream.
    private var context: ChannelHandlerContext?

    init(of guarding: HTTP2Guard, connection: Connection, rules: ConnectionRules) {
        self.guarding = guarding
        self.connection = connection
        self.rules = rules
        bodies = HeldBodies(budget: rules.budget)
        state = StreamDeadline(limits: rules.limits, now: .now())
    }

    var deadline: NIODeadline { state.deadline }

    /// Whether the stream is over but for what the socket hasn't taken.
    var isLeft: Bool { context == nil }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        state = StreamDeadline(limits: rules.limits, now: context.eventLoop.now)
        guarding.begin(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    /// A request that ends with its connection, or is reset by its client, hasn't come whole. Whoever reads it must not take
    /// it for whole: it gets the error that HTTP/1.1 has for this.
    func channelInactive(context: ChannelHandlerContext) {
        if state.isReadingRequest { context.fireErrorCaught(HTTPParserError.invalidEOFState) }
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        context = nil
        giveBack()
        if !isUnwritten { guarding.end(self) }
    }

    private func giveBack() {
        guarding.hold(-bodies.bytes)
        bodies.giveBack()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !isOver else { return discard(part, context) }
        switch part {
        case .head(let head):
            self.head = head
            awaitsContinue = head.expectsContinue
        case .body(let bytes):
            awaitsContinue = false
            return take(bytes, context)
        case .end:
            awaitsContinue = false
            passOnParts(context)
            state.requestEnd(at: context.eventLoop.now)
        }
        context.fireChannelRead(data)
    }

    private func take(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let before = bodies.bytes
        let reason = bodies.add(bytes, besides: guarding.heldBytes - before, for: clientNetworks)
        guarding.hold(bodies.bytes - before)
        if let reason { return refuse(reason, context) }
        state.bodyArrived(bytes.readableBytes, holding: bodies.bytes, at: context.eventLoop.now)
        guarding.advance(to: state.deadline)
    }

    /// What still comes before the client has read its refusal.
    private func discard(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head: break
        case .body(let bytes): if !bodies.discard(bytes) { reset(.enhanceYourCalm) }
        case .end: state.requestEnd(at: context.eventLoop.now)
        }
    }

    /// What the body counts against, whatever the method: any request may have one.
    private var clientNetworks: [ClientNetwork] {
        rules.proxies.client(peer: connection.peer, fields: head?.headerFields ?? [:]).networks
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        passOnParts(context)
        context.fireChannelReadComplete()
        // What waits in the stream would count against nobody's share.
        context.read()
    }

    private func passOnParts(_ context: ChannelHandlerContext) {
        guard !isOver, let bytes = bodies.take() else { return }
        context.fireChannelRead(wrapInboundOut(.body(bytes)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? StreamHead.Failure {
        case .tooLong(let isHEAD):
            head = HTTPRequest(method: isHEAD ? .head : .get, scheme: nil, authority: nil, path: nil)
            refuse(.headTooLong, context)
        case .malformed:
            reset(.protocolError)
            guarding.countMalformed()
        // The stream ends, because its client wants it or has broken the protocol: channelInactive says what there is to say.
        case nil: break
        }
    }

    /// A handler wants the body.
    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if awaitsContinue, !isOver, !isAnswering {
            awaitsContinue = false
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        promise?.succeed()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        if isOver, case .head = part { isMuted = true }
        guard !isMuted else {
            promise?.succeed()
            return
        }
        switch part {
        case .head: (isAnswering, awaitsContinue) = (true, false)
        case .body: break
        case .end: return writeEnd(context, promise)
        }
        context.write(data, promise: promise)
    }

    private func writeEnd(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        state.answerEnd(at: context.eventLoop.now)
        guarding.advance(to: state.deadline)
        giveBack()
        isUnwritten = true
        let promise = promise ?? context.eventLoop.makePromise()
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in answerWritten() }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    /// Of a request that hasn't come whole, nothing more is wanted (RFC 9113 §8.1).
    private func answerWritten() {
        isUnwritten = false
        guard context != nil else { return guarding.end(self) }
        if state.isReadingRequest { reset(.noError) }
    }

    /// Gives the request this answer and nothing else, not even that when an answer is on its way already.
    private func refuse(_ request: UnroutedRequest, _ context: ChannelHandlerContext) {
        isOver = true
        rules.edge.refused(request.cause)
        guard !isAnswering else { return reset(.enhanceYourCalm) }
        let answer = rules.answers.answer(to: request, with: request == .headTooLong ? nil : head)
        isAnswering = true
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        if head?.method != .head { context.write(wrapOutboundOut(.body(answer.body)), promise: nil) }
        writeEnd(context, nil)
        context.flush()
    }

    private func reset(_ code: NIOHTTP2.HTTP2ErrorCode) {
        context?.triggerUserOutboundEvent(StreamReset(code: code), promise: nil)
    }

    /// The client sends no more.
    func inputClosed() {
        if state.isReadingRequest { reset(.cancel) }
    }

    /// The deadline has passed.
    func expire() {
        rules.edge.refused(state.missed)
        state.expire()
        reset(.cancel)
    }
}
