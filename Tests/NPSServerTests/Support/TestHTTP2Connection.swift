import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTPTypes
import Synchronization

@testable import NPSServer

/// An HTTP/2 connection of a listener without a socket: frames in, frames out, and a clock that only the test advances. The
/// test answers in place of the router. For tests that are not `async`: everything happens on their thread.
struct TestHTTP2Connection {
    /// As it is on the wire (RFC 9113 §4.1).
    struct Frame: Equatable {
        enum Kind: UInt8 {
            case data, headers, priority, reset, settings, push, ping, goAway, windowUpdate, continuation
        }

        var kind: Kind
        var flags: UInt8 = 0
        var stream: UInt32 = 0
        var payload: [UInt8] = []

        static let endOfStream: UInt8 = 1
        static let endOfHeaders: UInt8 = 4
        static let acknowledgement: UInt8 = 1

        /// The error code of a reset, or of a goodbye.
        var code: UInt32 {
            payload.dropFirst(kind == .goAway ? 4 : 0).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }

        /// The last stream that a goodbye names.
        var last: UInt32 { payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    }

    private let channel = EmbeddedChannel()
    /// The streams whose requests have come to the router, in order, and what of them has come.
    private let routed = Routed()

    /// What takes bytes, or doesn't.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        var isFull = false

        func flush(context: ChannelHandlerContext) { if !isFull { context.flush() } }
    }

    private let socket = Socket()

    private final class Routed {
        var streams: [any Channel] = []
        var parts: [HTTPRequestPart] = []
        var errors: [any Error] = []
    }

    private final class Router: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart

        let routed: Routed

        init(_ routed: Routed) { self.routed = routed }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { routed.parts.append(unwrapInboundIn(data)) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { routed.errors.append(error) }
    }

    init(_ rules: ConnectionRules, from address: String = "198.51.100.1", acknowledges: Bool = true) throws {
        let peer = Peer(testing: address)
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        guard let place = ConnectionPlace(of: peer, on: channel, under: rules) else { return }
        try channel.pipeline.syncOperations.addHandler(socket)
        let box = NIOLoopBound(routed, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHTTP2(rules, for: Connection(peer: peer), in: place) { stream in
            box.value.streams.append(stream)
            try stream.pipeline.syncOperations.addHandler(Router(box.value))
        }
        send(bytes: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        send(Frame(kind: .settings))
        if acknowledges { send(Frame(kind: .settings, flags: Frame.acknowledgement)) }
        _ = try received()
    }

    var isOpen: Bool {
        channel.embeddedEventLoop.run()
        return channel.isActive
    }

    /// What has come to the router.
    var requests: [HTTPRequest] { routed.parts.compactMap { if case .head(let head) = $0 { head } else { nil } } }
    var bodies: [String] {
        routed.parts.compactMap { if case .body(let body) = $0 { String(buffer: body) } else { nil } }
    }
    var ends: Int { routed.parts.count { if case .end = $0 { true } else { false } } }
    var errors: [any Error] { routed.errors }

    private func send(bytes: [UInt8]) {
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        try? channel.throwIfErrorCaught()
        channel.embeddedEventLoop.run()
    }

    /// Together, in one read.
    func send(_ frames: Frame...) { send(frames) }

    func send(_ frames: [Frame]) {
        send(
            bytes: frames.flatMap { frame -> [UInt8] in
                let (length, stream) = (frame.payload.count, frame.stream)
                return [
                    UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), frame.kind.rawValue,
                    frame.flags,
                ]
                    + (0..<4).reversed().map { UInt8(stream >> (8 * $0) & 255) } + frame.payload
            }
        )
    }

    /// A frame with the whole head of a request.
    static func head(
        _ stream: UInt32,
        _ method: String = "GET",
        _ path: String = "/survey",
        _ fields: [(String, String)] = [],
        isWhole: Bool = true
    ) -> Frame {
        let pseudo = [(":method", method), (":scheme", "https"), (":authority", "a"), (":path", path)]
        var (encoder, block) = (HPACKEncoder(allocator: ByteBufferAllocator()), ByteBuffer())
        try? encoder.encode(headers: HPACKHeaders(pseudo + fields), to: &block)
        let flags = Frame.endOfHeaders | (isWhole ? Frame.endOfStream : 0)
        return Frame(kind: .headers, flags: flags, stream: stream, payload: Array(block.readableBytesView))
    }

    static func body(_ stream: UInt32, _ text: String, isLast: Bool = false) -> Frame {
        Frame(kind: .data, flags: isLast ? Frame.endOfStream : 0, stream: stream, payload: Array(text.utf8))
    }

    /// - Parameter index: of the request among those that came to the router.
    func answer(_ index: Int = 0, _ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:]) {
        let stream = routed.streams[index]
        stream.write(HTTPResponsePart.head(HTTPResponse(status: status, headerFields: fields)), promise: nil)
        stream.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
        channel.embeddedEventLoop.run()
    }

    /// As a handler does that reads the body.
    func askForBody() {
        routed.streams.last?.triggerUserOutboundEvent(BodyWanted(), promise: nil)
    }

    /// As a client does that takes no more, although its windows are open.
    func stopTaking() { socket.isFull = true }

    /// As a listener does that stops.
    func drain() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.embeddedEventLoop.run()
    }

    /// What the client has got since the last time.
    func received() throws -> [Frame] {
        var bytes: [UInt8] = []
        while let piece = try channel.readOutbound(as: ByteBuffer.self) { bytes += Array(piece.readableBytesView) }
        var frames: [Frame] = []
        while bytes.count >= 9 {
            let length = bytes.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let stream = bytes[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
            frames.append(
                Frame(
                    kind: Frame.Kind(rawValue: bytes[3]) ?? .continuation,
                    flags: bytes[4],
                    stream: stream,
                    payload: Array(bytes.dropFirst(9).prefix(length))
                )
            )
            bytes.removeFirst(9 + length)
        }
        return frames
    }

    /// The fields of heads, in order.
    static func fields(of frames: [Frame]) throws -> [[String: String]] {
        var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
        return try frames.filter { $0.kind == .headers }.map { frame in
            var block = ByteBuffer(bytes: frame.payload)
            let headers = try decoder.decodeHeaders(from: &block)
            return Dictionary(headers.map { ($0.name, $0.value) }) { $1 }
        }
    }

    /// As a client does that sends no more, and reads on.
    func closeInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.run()
    }

    /// As a client does that goes away.
    func close() {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        try? channel.throwIfErrorCaught()
    }

    func advance(by seconds: Int64) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
        channel.embeddedEventLoop.run()
    }
}
