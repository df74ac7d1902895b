import NIOCore
import Synchronization

/// The connections that a listener has open, so that they can be told when it stops.
final class OpenConnections: Sendable {
    private struct State {
        var isDraining = false
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let state = Mutex(State())

    /// Until it closes. One that opens while the others are told is told, too.
    func add(_ channel: any Channel) {
        let isDraining = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isDraining
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { $0.channels[ObjectIdentifier(channel)] = nil }
        }
        if isDraining { Self.drain(channel) }
    }

    /// Has each connection end as soon as no request is lost by it: see ``ConnectionGuard``.
    func drain() {
        let channels = state.withLock { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
        for channel in channels { Self.drain(channel) }
    }

    /// Cuts off all that are still open.
    func close() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    private static func drain(_ channel: any Channel) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}
