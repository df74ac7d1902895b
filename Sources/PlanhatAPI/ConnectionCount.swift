import NIOCore
import Synchronization

/// Counts the client's connections. Where there was none while a request was made, nothing of it can have left.
final class ConnectionCount: Sendable {
    struct Reading: Sendable, Hashable {
        var open = 0
        /// Ever, closed ones included.
        var opened = 0
    }

    private let reading = Mutex(Reading())

    var now: Reading { reading.withLock { $0 } }

    /// Call it before the first request gets the connection.
    func add(_ channel: any Channel) {
        reading.withLock { reading in
            reading.open += 1
            reading.opened += 1
        }
        channel.closeFuture.whenComplete { [self] _ in reading.withLock { $0.open -= 1 } }
    }

    /// Whether there was a connection at any time since then.
    func wasConnected(since start: Reading) -> Bool {
        start.open > 0 || now.opened != start.opened
    }
}
