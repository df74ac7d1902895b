import Synchronization

/// Wakes the worker: an arrival, an alarm or a stop. Several wakes while it works are one.
final class WakeSignal: Sendable {
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let stopping = Mutex(false)

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func ring() {
        continuation.yield()
    }

    /// Wakes it to end.
    func stop() {
        stopping.withLock { $0 = true }
        ring()
    }

    var isStopping: Bool { stopping.withLock { $0 } }
}
