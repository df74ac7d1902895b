import NIOCore
import NIOHTTP1

/// Lets connections of HTTP/1.0 end with their answer, as its clients expect (RFC 9112 §9.3): lynx and w3m read until
/// the end. Also leaves a request of HTTP/1.1 that hasn't exactly one `Host` without any (RFC 9112 §3.2). Stands before the place where a request loses its version.
final class LegacyConnections: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        guard head.version.major == 1, head.version.minor == 0 else {
            guard head.headers["host"].count > 1 else { return context.fireChannelRead(data) }
            // Which one counts is nobody's to guess; `RequestLimits` refuses a request without any.
            head.headers.remove(name: "host")
            return context.fireChannelRead(wrapInboundOut(.head(head)))
        }
        // It needn't have one.
        if head.headers["host"].count != 1 { head.headers.replaceOrAdd(name: "host", value: "") }
        // Also for those that ask to keep it: saying no is always allowed.
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
