import Glibc
import NIOCore
import NIOHTTP1

/// Puts the parts of a request together and performs the reply on the connection that it came by.
final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let server: StubServer
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(server: StubServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var part):
            body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            let request = StubRequest(
                method: head.method,
                uri: head.uri,
                headers: head.headers,
                body: String(buffer: body)
            )
            perform(server.take(request), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func perform(_ reply: StubReply, _ context: ChannelHandlerContext) {
        switch reply {
        case .answer(let status, let headers, let body):
            let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
            let head = "HTTP/1.1 \(status) Canned\r\nContent-Length: \(body.utf8.count)\r\n\(lines)\r\n"
            write(head + body, context)
        case .unfinished(let bytes):
            write(bytes, context)
        case .closing(let bytes):
            write(bytes, context)
            context.close(promise: nil)
        case .reset:
            if let socket = context.channel as? any SocketOptionProvider {
                _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            }
            context.close(promise: nil)
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
