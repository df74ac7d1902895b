import NIOCore
import NIOHTTP1

/// Lets connections of HTTP/1.0 end with their answer, as its clients expect (RFC 9112 §9.3): lynx and w3m read until
/// the end. Stands before the place where a request loses its version.
final class LegacyConnections: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), head.version.major == 1, head.version.minor == 0 else {
            return context.fireChannelRead(data)
        }
        // Also for those that ask to keep it: saying no is always allowed.
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
