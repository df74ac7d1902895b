import NIOCore

/// Refuses a TLS client that names protocols of which this server speaks none, with the alert that says so (RFC 7301 §3.2).
/// NIOSSL can't: its handshake goes on as if the client had named nothing, and the client would get an answer that it may
/// take for another protocol's. So this stands before NIOSSL, and goes when the client's first message has passed.
final class ProtocolOffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let spoken: [String]
    private let edge: EdgeCounters
    private var arrived = ByteBuffer()

    init(spoken: [String], edge: EdgeCounters) {
        self.spoken = spoken
        self.edge = edge
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrived.writeImmutableBuffer(unwrapInboundIn(data))
        switch ClientHello.read(arrived) {
        case .incomplete: return
        case .whole(let hello) where hello.protocols.map(Set.init)?.isDisjoint(with: spoken) == true: refuse(context)
        default: pass(context)
        }
    }

    private func pass(_ context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(arrived))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext) {
        edge.refused(.tls)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Self.alert)), promise: nil)
        context.close(promise: nil)
    }

    /// A record with the fatal alert `no_application_protocol` (RFC 8446 §6).
    private static let alert: [UInt8] = [21, 3, 3, 0, 2, 2, 120]
}
