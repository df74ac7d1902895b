import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Closes connections that take too long, and those whose request was answered before it was fully sent.
///
/// Hummingbird's idle timer starts again with each part of a body, so one byte now and then keeps a connection open for
/// ever; and after refusing a body it still reads the body to its end. Both are cut off here.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The other end of the connection.
    private let peer: Peer
    private let rules: ConnectionRules
    /// Of the request that is being read, or of the last one.
    private var head: HTTPRequest?
    /// Whether the client waits for an interim answer before it sends the body.
    private var awaitsContinue = false
    private var bodies: HeldBodies
    /// Whether an answer has begun and not ended.
    private var isAnswering = false
    /// When the connection opened, or its last answer was wholly written.
    private var idleSince = NIODeadline.now()
    /// Answers that have ended, but are not wholly written to the socket.
    private var unwritten = 0
    private var course = ConnectionCourse()
    /// Whether another connection waits for this one to close.
    private var isGivingWay = false
    /// Why the rest of what arrives can't be read.
    private var unreadable: UnroutedRequest?
    private var state: ConnectionDeadline
    private var timer = DeadlineTimer()
    /// Nil once it has left.
    private var place: ConnectionPlace?

    /// - Parameter place: of a connection that was let in already; nil for one that has just opened.
    init(peer: Peer, rules: ConnectionRules, place: ConnectionPlace? = nil) {
        self.peer = peer
        self.rules = rules
        self.place = place
        bodies = HeldBodies(budget: rules.budget)
        state = ConnectionDeadline(limits: rules.limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        place = place ?? ConnectionPlace(of: peer, on: context.channel, under: rules)
        guard let place else { return context.close(promise: nil) }
        state = ConnectionDeadline(limits: rules.limits, now: place.opened)
        idleSince = place.opened
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// Another connection of the same client takes this one's place.
    private func giveWay(_ context: ChannelHandlerContext) {
        // It may have got a request since it was chosen.
        if isIdle { return context.close(promise: nil) }
        isGivingWay = true
        state.closeAfterAnswer()
    }

    /// The listener stops. No request is lost by it (RFC 9112 §9.6): those that are on their way are answered, the last of a
    /// connection with `Connection: close`; a connection that idles for a while is closed.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is GiveWay { return giveWay(context) }
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        state.drain(idleSince: isIdle ? idleSince : nil)
        advance(context)
    }

    /// Whether closing the connection would cut nothing off.
    private var isIdle: Bool { state.isIdle && unwritten == 0 }

    private func leave() {
        timer.cancel()
        place?.leave()
        place = nil
        bodies.giveBack()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch course.arrives(isHead: part.isHead) {
        case .wanted: break
        case .dropped: return
        case .discarded: return discard(part, context)
        }
        switch part {
        case .head(let head):
            passOnParts(context)
            bodies.begin()
            self.head = head
            awaitsContinue = head.expectsContinue
            state.requestHead(holding: bodies.bytes, at: context.eventLoop.now)
            place?.idles(since: nil)
            if head.headerFields.first(.connection) == "close" { state.closeAfterAnswer() }
            if place?.isCrowded == true { state.closeAfterAnswer() }
            advance(context)
            if state.isClosing { return fire(head, context) }
        case .body(let bytes):
            awaitsContinue = false
            if let reason = bodies.add(bytes, for: clientNetworks) { return refuse(context, reason) }
            state.bodyArrived(bytes.readableBytes, holding: bodies.bytes, at: context.eventLoop.now)
            advance(context)
            return
        case .end:
            awaitsContinue = false
            passOnParts(context)
            state.requestEnd(at: context.eventLoop.now)
            advance(context)
        }
        context.fireChannelRead(data)
    }

    /// Reads on for a while after a refusal, so that a client that still sends gets to see it (RFC 9112 §9.6).
    private func discard(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if case .body(let bytes) = part, !bodies.discard(bytes) { stopReading(context) }
    }

    /// What the body that is being read counts against, whatever its method: any request may have one.
    private var clientNetworks: [ClientNetwork] {
        rules.proxies.client(peer: peer, fields: head?.headerFields ?? [:]).networks
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        passOnParts(context)
        context.fireChannelReadComplete()
    }

    private func passOnParts(_ context: ChannelHandlerContext) {
        guard !course.isOver, let bytes = bodies.take() else { return }
        context.fireChannelRead(wrapInboundOut(.body(bytes)))
    }

    /// Passes on the head of a request that is to be the connection's last.
    private func fire(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        course.passedLast()
        var head = head
        head.headerFields[.connection] = "close"
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        guard course.admits(isHead: part.isHead) else {
            promise?.succeed()
            return
        }
        switch part {
        case .head(var head):
            isAnswering = true
            if state.isAnsweringEarly { awaitsContinue = false }
            if let unreadable, head.isBare400 {
                return write(answer(to: unreadable), context, promise)
            }
            // Its request came before the listener was told to stop.
            if state.isDraining, state.isLastAnswer, !state.isClosing {
                isGivingWay = true
                state.closeAfterAnswer()
            }
            guard state.isEnding else { break }
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            return
        case .body:
            break
        case .end:
            return writeEnd(data, context, promise)
        }
        context.write(data, promise: promise)
    }

    private func writeEnd(_ data: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let now = context.eventLoop.now
        isAnswering = false
        if state.isLastAnswer { bodies.giveBack() }
        if state.answerEnd(at: now) == .linger {
            stopReading(context)
        } else {
            // The next request's body may have begun to arrive.
            state.bodyArrived(0, holding: bodies.bytes, at: now)
            advance(context)
        }
        // Only when the socket has taken it all may the connection close for another one.
        unwritten += 1
        let promise = promise ?? context.eventLoop.makePromise()
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in answerWritten(context) }
        context.write(data, promise: promise)
    }

    private func answerWritten(_ context: ChannelHandlerContext) {
        unwritten -= 1
        guard isIdle else { return }
        if isGivingWay { return context.close(promise: nil) }
        idleSince = context.eventLoop.now
        place?.idles(since: idleSince)
        guard state.isDraining else { return }
        state.drain(idleSince: idleSince)
        advance(context)
    }

    /// A handler wants the body of the request that is being read.
    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        if awaitsContinue, !course.isOver, state.isAnsweringEarly {
            awaitsContinue = false
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        promise?.succeed()
    }

    /// Gives up this connection before its body takes too much memory or work: its request gets this answer and nothing
    /// else, not even that when an answer is on its way already.
    private func refuse(_ context: ChannelHandlerContext, _ request: UnroutedRequest) {
        course.giveUp()
        rules.edge.refused(request.cause)
        guard state.isAnsweringEarly, !isAnswering else { return end(context) }
        write(answer(to: request), context, nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if request == .tooManyParts { return end(context) }
        state.giveUp(at: context.eventLoop.now)
        advance(context)
    }

    /// The answer to the request that is being read, or that should have begun.
    private func answer(to request: UnroutedRequest) -> UnroutedAnswers.Answer {
        rules.answers.answer(to: request, with: state.isReadingRequest ? head : nil)
    }

    private func write(
        _ answer: UnroutedAnswers.Answer,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        let isBodyless = state.isReadingRequest && head?.method == .head
        context.write(wrapOutboundOut(.head(answer.head)), promise: isBodyless ? promise : nil)
        if !isBodyless { context.write(wrapOutboundOut(.body(answer.body)), promise: promise) }
    }

    /// What can't be read is answered here, unless an earlier request still waits for its answer: then Hummingbird answers
    /// 400 without a body in its turn, which ``write(context:data:promise:)`` replaces, and would wait for the client to
    /// close; one that keeps sending never would. A request that was answered already gets no second answer for its body.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let refusal = EdgeRefusal(parsing: error) { rules.edge.refused(refusal) }
        unreadable = UnroutedRequest(parsing: error) ?? unreadable
        let isTaken = isAnswering || state.isAnswered
        // Nobody asked for what follows the last request.
        let isBehindLast = course.hasLast && !state.isReadingRequest
        if let unreadable, !isTaken, !isBehindLast, !course.isOver, state.owesNoEarlierAnswer {
            write(answer(to: unreadable), context, nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            course.giveUp()
        }
        if isTaken { course.giveUp() }
        end(context)
        context.fireErrorCaught(error)
    }

    private func end(_ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        if course.isOver { state.giveUp(at: now) } else { state.parseFailed(at: now) }
        stopReading(context)
    }

    private func stopReading(_ context: ChannelHandlerContext) {
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        schedule(context)
    }

    private func advance(_ context: ChannelHandlerContext) {
        guard let firesAt = timer.firesAt, state.deadline < firesAt else { return }
        schedule(context)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        timer.set(to: state.deadline, on: context.eventLoop) { [self] in timerFired(context) }
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer.fired()
        guard state.deadline <= context.eventLoop.now else {
            schedule(context)
            return
        }
        guard !state.isUnconfirmed else { return confirm(context) }
        if let missed = state.missed { rules.edge.refused(missed) }
        context.close(mode: .all, promise: nil)
    }

    /// Closes the connection of a client that was answered a while ago and still hasn't taken all of it; another one may go
    /// on idling. Where nobody can tell, as of a Unix socket, that is any.
    private func confirm(_ context: ChannelHandlerContext) {
        context.channel.holdsUpBytes.assumeIsolated().whenComplete { [self] result in
            guard place != nil else { return }
            if case .success(true) = result, state.isUnconfirmed {
                context.close(mode: .all, promise: nil)
            } else {
                goOn(context)
            }
        }
    }

    private func goOn(_ context: ChannelHandlerContext) {
        state.confirm()
        if timer.firesAt == nil { schedule(context) }
    }
}

extension HTTPResponse {
    /// Whether this is Hummingbird's own answer to what can't be read; those of routes have a content.
    fileprivate var isBare400: Bool { status == .badRequest && headerFields.first(.contentLength) == "0" }
}

extension HTTPRequestPart {
    fileprivate var isHead: Bool {
        if case .head = self { true } else { false }
    }
}

extension HTTPResponsePart {
    fileprivate var isHead: Bool {
        if case .head = self { true } else { false }
    }
}
