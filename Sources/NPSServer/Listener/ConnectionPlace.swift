import NIOCore

/// Tells the handlers of a connection, as an inbound event, that another one of the same client takes its place: it is to
/// close as soon as it is idle.
struct GiveWay: Sendable {}

/// A connection's place among those of its client, from the moment it opens until it leaves. One object, as it is looked at
/// for each request: a value would cost as many counts of references as it holds.
final class ConnectionPlace: Sendable {
    let opened: NIODeadline
    private let clients: ClientConnectionLimit
    private let edge: EdgeCounters
    private let admission: ClientConnectionLimit.Admission

    /// Counts the connection, or its refusal.
    ///
    /// - Returns: nil = refused; the connection has to close.
    init?(of peer: Peer, on channel: any Channel, under rules: ConnectionRules) {
        opened = channel.eventLoop.now
        clients = rules.clients
        edge = rules.edge
        let admission = rules.clients.admit(peer, at: opened) { [weak channel] in
            guard let channel else { return }
            // Never from within: another connection on the same event loop may be what asks.
            channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(GiveWay()) }
        }
        guard let admission else {
            edge.refused(.clientConnections)
            return nil
        }
        self.admission = admission
        edge.connectionOpened()
    }

    /// Whether the client has so many connections that this one should not be kept open for nothing.
    var isCrowded: Bool { clients.isCrowded(admission) }

    /// - Parameter since: nil when a request begins.
    func idles(since: NIODeadline?) { admission.idles(since: since) }

    /// To be called once.
    func leave() {
        clients.leave(admission)
        edge.connectionClosed()
    }
}
