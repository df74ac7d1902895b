import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 connections behind a ``ConnectionGuard``. Who is at the other end is read once, when a connection opens: a
/// client that resets the connection meanwhile must not become nobody.
struct GuardedChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        fileprivate let http: HTTP1Channel.Value
        fileprivate let peer: Peer

        var channel: any Channel { http.channel }
    }

    /// Who is at the other end of the connection that the current task serves.
    @TaskLocal static var peer = Peer.unknown

    private let responder: HTTPChannelHandler.Responder
    private let rules: ConnectionRules

    init(responder: @escaping HTTPChannelHandler.Responder, rules: ConnectionRules) {
        self.responder = responder
        self.rules = rules
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let peer = Peer(channel.remoteAddress, isUnixSocket: rules.isUnixSocket)
        return http(peer).setup(channel: channel, logger: logger).map { Value(http: $0, peer: peer) }
    }

    func handle(value: Value, logger: Logger) async {
        await Self.$peer.withValue(value.peer) {
            await http(value.peer).handle(value: value.http, logger: logger)
        }
    }

    private func http(_ peer: Peer) -> HTTP1Channel {
        HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionGuard(peer: peer, rules: rules)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: rules.limits.headerField,
                    maxHeaderListSize: rules.limits.headerList,
                    maxHeaderFieldCount: rules.limits.headerFields
                )
            )
        )
    }
}
