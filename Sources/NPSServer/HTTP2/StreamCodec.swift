import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOHTTPTypes

/// Ends a stream, as an outbound event.
struct StreamReset: Sendable {
    let code: NIOHTTP2.HTTP2ErrorCode
}

/// Translates between the frames of one HTTP/2 stream and the parts of a request and its answer.
final class StreamCodec: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let limits: ConnectionLimits
    private var hasHead = false
    /// The stream ends: what else arrives is dropped.
    private var isOver = false

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .headers(let headers):
            if !hasHead { readHead(headers.headers, context) }
            // Nobody here wants trailers.
            if headers.endStream, !isOver { context.fireChannelRead(wrapInboundOut(.end(nil))) }
        case .data(let data):
            if case .byteBuffer(let bytes) = data.data, bytes.readableBytes > 0 {
                context.fireChannelRead(wrapInboundOut(.body(bytes)))
            }
            if data.endStream { context.fireChannelRead(wrapInboundOut(.end(nil))) }
        default: break
        }
    }

    private func readHead(_ headers: HPACKHeaders, _ context: ChannelHandlerContext) {
        hasHead = true
        do throws(StreamHead.Failure) {
            let head = try StreamHead(headers, limits: limits)
            context.fireChannelRead(wrapInboundOut(.head(head.request)))
        } catch {
            isOver = error == .malformed
            context.fireErrorCaught(error)
        }
    }

    private func reset(
        _ code: NIOHTTP2.HTTP2ErrorCode,
        _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        isOver = true
        context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: promise)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let payload: HTTP2Frame.FramePayload =
            switch unwrapOutboundIn(data) {
            case .head(let head): .headers(.init(headers: HPACKHeaders(answer: head)))
            case .body(let bytes): .data(.init(data: .byteBuffer(bytes)))
            case .end: .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
            }
        context.write(wrapOutboundOut(payload), promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let event = event as? StreamReset else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        reset(event.code, context, promise)
    }
}

extension HPACKHeaders {
    /// Without the fields that say something of a connection (RFC 9113 §8.2.2).
    fileprivate init(answer: HTTPResponse) {
        self.init()
        reserveCapacity(answer.headerFields.count + 1)
        add(name: ":status", value: String(answer.status.code))
        for field in answer.headerFields {
            let name = field.name.canonicalName
            guard !Self.ofConnections.contains(name) else { continue }
            add(name: name, value: field.value, indexing: Self.repeated.contains(name) ? .indexable : .nonIndexable)
        }
    }

    private static let ofConnections: Set = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
    ]
    /// Fields with few values, none of which comes from a client: these are worth remembering. The client says how much its
    /// table holds, and each one in it makes looking for the next take longer.
    private static let repeated: Set = [
        "cache-control", "content-language", "content-security-policy", "content-type", "cross-origin-opener-policy",
        "permissions-policy", "referrer-policy", "strict-transport-security", "vary", "x-content-type-options",
        "x-robots-tag",
    ]
}
