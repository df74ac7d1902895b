import Synchronization

/// When all that was old was last removed, or when the collector started.
final class LastSweep: Sendable {
    private let now: @Sendable () -> ContinuousClock.Instant
    private let instant: Mutex<ContinuousClock.Instant>

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        instant = Mutex(now())
    }

    func note() { instant.withLock { $0 = now() } }

    var age: Duration { instant.withLock { now() - $0 } }
}
