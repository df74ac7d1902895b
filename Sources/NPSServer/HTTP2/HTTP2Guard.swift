import NIOCore
import NIOHTTP2

/// The connection part of HTTP/2 under guard: how long it stays, how many streams it may have, and what is done about a
/// client that breaks the protocol or only makes work. Each request is guarded by the ``StreamGuard`` of its stream, whose
/// deadlines are kept here: one timer a connection.
final class HTTP2Guard: ChannelInboundHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let rules: ConnectionRules
    private let place: ConnectionPlace
    /// Of the client; empty for one that nothing limits.
    private let networks: [ClientNetwork]
    private var state: HTTP2Lifetime
    private var streams: [ObjectIdentifier: StreamGuard] = [:]
    /// The highest that a client has opened.
    private var lastStream = HTTP2StreamID.rootStream
    /// Bytes of bodies on all streams that aren't answered yet.
    private(set) var heldBytes = 0
    /// Heads that only a look at each byte has shown to be malformed, and since when: NIO doesn't count them among a
    /// client's errors.
    private var malformed = (count: 0, since: NIODeadline.distantPast)
    /// Why NIO has given up the connection.
    private var failure: NIOHTTP2.HTTP2ErrorCode?
    /// Whether NIO has just reset a stream.
    private var hasReset = false
    /// Errors since the client knows which stream is the last.
    private var lateErrors = 0
    private var isClosing = false
    /// Whether the client knows which stream is the last.
    private var isConcluded = false
    private var timer = DeadlineTimer()
    /// Nil before and after the connection.
    private var context: ChannelHandlerContext?

    init(rules: ConnectionRules, connection: Connection, place: ConnectionPlace) {
        self.rules = rules
        networks = rules.proxies.isTrusted(connection.peer) ? [] : connection.peer.networks
        self.place = place
        state = HTTP2Lifetime(limits: rules.limits, opened: place.opened)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        advance()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        guard context != nil else { return }
        context = nil
        timer.cancel()
        place.leave()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data).payload {
        case .settings(.ack): state.settingsAcknowledged()
        case .ping(Self.sign, ack: true): perform(state.signReturned(at: context.eventLoop.now))
        case .goAway: leaveSoon()
        default: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: leaveSoon()
        case is GiveWay: if state.isIdle { close(.noError) } else { leaveSoon() }
        case ChannelEvent.inputClosed as ChannelEvent: inputClosed()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// The client sends no more. What has come whole is still answered.
    private func inputClosed() {
        for stream in streams.values { stream.inputClosed() }
        guard let context else { return }
        perform(state.inputClosed(at: context.eventLoop.now))
    }

    /// NIO says with a frame what it makes of an error before it passes the error on.
    func wroteFrame(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .goAway(_, let code, _) where code != .noError: failure = code
        case .rstStream(let code):
            hasReset = true
            if code == .protocolError { rules.edge.refused(.malformedHead) }
        default: break
        }
    }

    /// Errors of streams are their own. After one of the connection everything on it is given up.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isClosing, endsConnection() else { return }
        rules.edge.refused(EdgeRefusal(error))
        isClosing = true
        // Nothing of what still comes is wanted.
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        context.close(promise: nil)
    }

    /// Whether the error that NIO passes on is one of the connection. Of one that comes after the client was told which stream
    /// is the last, NIO can't say so with a frame, and would read on: then all are that but those of a stream that it has just
    /// reset, and of those only a few.
    private func endsConnection() -> Bool {
        defer { hasReset = false }
        guard failure == nil else { return true }
        guard isConcluded else { return false }
        lateErrors += 1
        return !hasReset || lateErrors > rules.limits.lateErrors
    }

    /// Whether a stream that the client has opened gets an answer.
    func admits(_ stream: any Channel) -> Bool {
        if let id = try? stream.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID), id > lastStream {
            lastStream = id
        }
        // For NIO a stream is over when its answer has left it; here it is when the socket has taken that.
        guard streams.count < rules.limits.streams, rules.streams.hasRoom(for: networks) else {
            rules.edge.refused(.streams)
            return false
        }
        return true
    }

    func begin(_ stream: StreamGuard) {
        streams[ObjectIdentifier(stream)] = stream
        rules.streams.take(for: networks)
        state.streamOpened()
        place.idles(since: nil)
        if place.isCrowded { leaveSoon() }
        advance(to: stream.deadline)
    }

    /// The stream has ended, and all that was written for it.
    func end(_ stream: StreamGuard) {
        guard streams.removeValue(forKey: ObjectIdentifier(stream)) != nil else { return }
        rules.streams.giveBack(for: networks)
        guard let context else { return }
        let now = context.eventLoop.now
        perform(state.streamEnded(at: now))
        if state.isIdle { place.idles(since: now) }
        advance()
    }

    /// - Parameter count: negative when bodies have been answered.
    func hold(_ count: Int) {
        heldBytes += count
    }

    func countMalformed() {
        guard let now = context?.eventLoop.now else { return }
        if now > malformed.since + rules.limits.frameWindow { malformed = (0, now) }
        malformed.count += 1
        guard malformed.count >= rules.limits.resets else { return }
        rules.edge.refused(.resets)
        perform(.close(.enhanceYourCalm))
    }

    private func leaveSoon() {
        guard let context else { return }
        perform(state.leave(at: context.eventLoop.now))
        advance()
    }

    private func perform(_ action: HTTP2Lifetime.Action) {
        switch action {
        case .stay: break
        case .announce: later { $0.announce() }
        case .conclude: later { $0.conclude() }
        case .close(let code): later { $0.close(code) }
        case .confirm: confirm()
        }
    }

    /// In a turn of its own: where this comes from, a frame may be half written.
    private func later(_ work: @escaping (HTTP2Guard) -> Void) {
        context?.eventLoop.assumeIsolated().execute { [self] in work(self) }
    }

    /// Its frame is written past NIO's handler, which would refuse all streams from then on.
    private func announce() {
        guard let context, !isClosing else { return }
        let handler = try? context.pipeline.syncOperations.context(handlerType: NIOHTTP2Handler.self)
        handler?.write(NIOAny(ByteBuffer(bytes: Self.announcement)), promise: nil)
        write(.ping(Self.sign, ack: false))
    }

    private func conclude() {
        guard let context, !isClosing else { return }
        isConcluded = true
        write(.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil))
        perform(state.next(at: context.eventLoop.now))
        advance()
    }

    private func close(_ code: NIOHTTP2.HTTP2ErrorCode) {
        guard let context, !isClosing else { return }
        isClosing = true
        if code != .noError || !isConcluded {
            write(.goAway(lastStreamID: lastStream, errorCode: code, opaqueData: nil))
        }
        context.close(promise: nil)
    }

    private func write(_ payload: HTTP2Frame.FramePayload) {
        context?.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }

    /// Any other ping is the client's own affair.
    private static let sign = HTTP2PingData(withInteger: 0x6E70_735F_676F_6279)
    /// GOAWAY with the highest number that a stream can have, and no error (RFC 9113 §6.8).
    private static let announcement: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]

    private func advance() {
        advance(to: state.deadline)
    }

    func advance(to deadline: NIODeadline) {
        guard let context, deadline < timer.firesAt ?? .distantFuture else { return }
        timer.set(to: deadline, on: context.eventLoop) { [self] in timerFired() }
    }

    private func timerFired() {
        guard let now = context?.eventLoop.now else { return }
        timer.fired()
        expireStreams(at: now)
        if state.deadline <= now {
            let action = state.next(at: now)
            if case .close = action, let missed = state.missed { rules.edge.refused(missed) }
            perform(action)
        }
        guard !isClosing else { return }
        advance(to: streams.values.reduce(state.deadline) { min($0, $1.deadline) })
    }

    /// As on HTTP/1.1, the connection of a request that took too long ends; other requests on it are still answered.
    private func expireStreams(at now: NIODeadline) {
        let late = streams.values.filter { $0.deadline <= now }
        guard !late.isEmpty else { return }
        // Where the socket doesn't take what was answered, it takes no resets either.
        let isStuck = context?.channel.isWritable == false || late.contains { $0.isLeft }
        for stream in late { stream.expire() }
        if state.isIdle || isStuck { close(.noError) } else { leaveSoon() }
    }

    /// Closes the connection of a client that was answered a while ago and still hasn't taken all of it.
    private func confirm() {
        state.confirm()
        context?.channel.holdsUpBytes.assumeIsolated().whenSuccess { [self] isHeldUp in
            if isHeldUp, state.isIdle { close(.noError) }
        }
    }
}

extension EdgeRefusal {
    /// Why NIO gave up an HTTP/2 connection.
    fileprivate init(_ error: any Error) {
        switch error {
        case is NIOHTTP2Errors.ExcessiveRSTFrames, is NIOHTTP2Errors.ExcessiveStreamErrors,
            is NIOHTTP2Errors.ExcessiveNumberOfGlitches:
            self = .resets
        case is NIOHTTP2Errors.ExcessiveControlFrames, is NIOHTTP2Errors.ExcessiveEmptyDataFrames,
            is NIOHTTP2Errors.ExcessiveContinuationFrames, is NIOHTTP2Errors.ExcessiveOutboundFrameBuffering:
            self = .emptyFrames
        case is NIOHTTP2Errors.MaxStreamsViolation: self = .streams
        case is NIOHTTP2Errors.ExcessivelyLargeHeaderBlock: self = .headTooLong
        default: self = .unreadable
        }
    }
}
