import NIOCore
import Synchronization

/// The connections that a listener has open, each of which is served by a task of its own.
final class OpenConnections: Sendable {
    private struct State {
        var isDraining = false
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Who waits for the last one to end.
        var waiting: CheckedContinuation<Void, Never>?

        mutating func takeWaiting() -> CheckedContinuation<Void, Never>? {
            guard isDraining, channels.isEmpty else { return nil }
            defer { waiting = nil }
            return waiting
        }
    }

    private let state = Mutex(State())

    /// One that opens while the others are told that the listener stops is told, too.
    ///
    /// - Parameter body: returns when the connection is over. It always runs: whoever makes a channel's asynchronous side
    ///   has to use it.
    func serve(_ channel: any Channel, _ body: @escaping @Sendable () async -> Void) {
        let isDraining = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isDraining
        }
        if isDraining { Self.drain(channel) }
        Task { [self] in
            await body()
            let waiting = state.withLock { state in
                state.channels[ObjectIdentifier(channel)] = nil
                return state.takeWaiting()
            }
            waiting?.resume()
        }
    }

    /// Has each connection end as soon as no request is lost by it: see ``ConnectionGuard``. Returns when all have; to be
    /// called once.
    func drain() async {
        let channels = state.withLock { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
        for channel in channels { Self.drain(channel) }
        await withCheckedContinuation { continuation in
            let waiting = state.withLock { state in
                state.waiting = continuation
                return state.takeWaiting()
            }
            waiting?.resume()
        }
    }

    /// Cuts off all that are still open.
    func close() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    private static func drain(_ channel: any Channel) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}
