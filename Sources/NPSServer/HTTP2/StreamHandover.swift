import NIOCore
import NIOHTTPTypes

/// Gives a stream to the router when the first part of its request gets here: most requests are answered before, and
/// what a stream costs the router is a task and its buffers.
final class StreamHandover: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// Adds the handlers that follow.
    private let begin: (any Channel) throws -> Void

    init(_ begin: @escaping (any Channel) throws -> Void) {
        self.begin = begin
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do { try begin(context.channel) } catch { return context.close(promise: nil) }
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// Of a stream whose request never got here; nobody else is to be told.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
