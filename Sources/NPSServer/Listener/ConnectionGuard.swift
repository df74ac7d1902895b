import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Closes connections that take too long, and those whose request was answered before it was fully sent.
///
/// Hummingbird's idle timer starts again with each part of a body, so one byte now and then keeps a connection open for
/// ever; and after refusing a body it still reads the body to its end. Both are cut off here.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let clients: ClientConnectionLimit
    private let budget: BodyBudget
    private let proxies: TrustedProxies
    /// Bytes of request bodies on this connection that aren't answered yet.
    private var held = 0
    private var parts = BodyParts()
    /// Whether an answer has begun and not ended.
    private var isAnswering = false
    /// Nothing more is read, and no further answer begins.
    private var isOver = false
    /// An answer that began when all was over is not written.
    private var isMuted = false
    private var state: ConnectionDeadline
    private var timer: Scheduled<Void>?
    /// When the timer fires; nil when there is none.
    private var scheduled: NIODeadline?
    private var admission: ClientConnectionLimit.Admission?

    /// Of the client whose bodies are held; empty when nobody knows it.
    private var networks: [ClientNetwork] = []

    init(limits: ConnectionLimits, clients: ClientConnectionLimit, budget: BodyBudget, proxies: TrustedProxies) {
        self.limits = limits
        self.clients = clients
        self.budget = budget
        self.proxies = proxies
        state = ConnectionDeadline(limits: limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let peer = context.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        let (loop, box) = (context.eventLoop, NIOLoopBound(context, eventLoop: context.eventLoop))
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        admission = clients.admit(peer, at: .now()) { loop.execute { me.value.giveWay(box.value) } }
        guard admission != nil else {
            context.close(promise: nil)
            return
        }
        schedule(context)
        // Without the codec, as in a test of this handler alone, nothing has a version.
        if let codec = try? context.pipeline.syncOperations.handler(type: HTTP1ToHTTPServerCodec.self) {
            try? context.pipeline.syncOperations.addHandler(RequestHeads(), position: .before(codec))
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        leave()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        leave()
        context.fireChannelInactive()
    }

    /// Another connection of the same client takes this one's place.
    private func giveWay(_ context: ChannelHandlerContext) {
        // It may have got a request since it was chosen.
        if state.isIdle { context.close(promise: nil) } else { state.closeAfterAnswer() }
    }

    private func leave() {
        if let admission { clients.leave(admission) }
        admission = nil
        giveBack()
    }

    private func giveBack() {
        budget.giveBack(held, for: networks)
        held = 0
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            passOnParts(context)
            parts.begin()
            // What pipelined requests hold was taken for the client of the first of them.
            if held == 0 { networks = clientNetworks(of: head, context) }
            state.requestHead(at: .now())
            admission?.idles(since: nil)
            if head.headerFields[.connection] == "close" { state.closeAfterAnswer() }
            if let admission, clients.isCrowded(admission) { state.closeAfterAnswer() }
            advance(context)
            if state.isClosing { return fire(head, context) }
        case .body(let bytes):
            guard budget.take(bytes.readableBytes, afterTaking: held, for: networks) else {
                return refuse(context, .serviceUnavailable, retryAfter: "5")
            }
            held += bytes.readableBytes
            guard parts.add(bytes) else { return refuse(context, .badRequest) }
            return
        case .end:
            passOnParts(context)
            state.requestEnd(at: .now())
            advance(context)
        }
        context.fireChannelRead(data)
    }

    private func clientNetworks(of head: HTTPRequest, _ context: ChannelHandlerContext) -> [ClientNetwork] {
        // A request without a body takes nothing.
        guard head.method != .get, head.method != .head else { return [] }
        let client = proxies.client(
            peer: context.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) },
            forwardedFor: head.headerFields.lines("x-forwarded-for"),
            forwarded: head.headerFields.lines("forwarded")
        )
        return client.map { ClientNetwork.containing($0) } ?? []
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        passOnParts(context)
        context.fireChannelReadComplete()
    }

    private func passOnParts(_ context: ChannelHandlerContext) {
        guard !isOver, let bytes = parts.take() else { return }
        context.fireChannelRead(wrapInboundOut(.body(bytes)))
    }

    /// Passes on the head of a request that is to be the connection's last.
    private func fire(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        var head = head
        head.headerFields[.connection] = "close"
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        if isOver, case .head = part { isMuted = true }
        guard !isMuted else {
            promise?.succeed()
            return
        }
        switch part {
        case .head(var head):
            isAnswering = true
            guard state.isEnding else { break }
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            return
        case .body:
            break
        case .end:
            isAnswering = false
            if state.isLastAnswer { giveBack() }
            if state.answerEnd(at: .now()) == .linger { stopReading(context) } else { advance(context) }
            if state.isIdle { admission?.idles(since: .now()) }
        }
        context.write(data, promise: promise)
    }

    /// Gives up this connection before its body takes too much memory or work: its request gets this status and nothing
    /// else, not even that when an answer is on its way already.
    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponse.Status, retryAfter: String? = nil) {
        isOver = true
        guard state.isAnsweringEarly, !isAnswering else { return end(context) }
        var head = HTTPResponse(status: status)
        head.headerFields = [.connection: "close", .contentLength: "0"]
        head.headerFields[.retryAfter] = retryAfter
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    /// Hummingbird answers 400 and then waits for the client to close; one that keeps sending never would. A request that
    /// was answered already gets no second answer for its body.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isAnswering || state.isAnswered { isOver = true }
        end(context)
        context.fireErrorCaught(error)
    }

    private func end(_ context: ChannelHandlerContext) {
        state.parseFailed(at: .now())
        stopReading(context)
    }

    private func stopReading(_ context: ChannelHandlerContext) {
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        timer?.cancel()
        timer = nil
        schedule(context)
    }

    /// One timer per connection, set again when it fires or would fire too late. With the usual limits that is rare, so
    /// a deadline costs a request almost nothing.
    private func advance(_ context: ChannelHandlerContext) {
        guard let scheduled, state.deadline < scheduled else { return }
        timer?.cancel()
        schedule(context)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        scheduled = state.deadline
        let box = NIOLoopBound(context, eventLoop: context.eventLoop)
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: state.deadline) {
            me.value.timerFired(box.value)
        }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer = nil
        scheduled = nil
        guard state.deadline <= .now() else {
            schedule(context)
            return
        }
        context.close(mode: .all, promise: nil)
    }
}

/// Puts each head in order before the codec, behind which a request has no version.
private final class RequestHeads: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        context.fireChannelRead(wrapInboundOut(.head(head.normalized)))
    }
}
