import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Gives the service manager's watchdog its signs of life (`WatchdogSec=`, sd_watchdog_enabled(3)), for as long as the
/// collector makes progress:
///
/// - Each event loop does what it is given. So does the pool that tasks run on, as this is one of them.
/// - The thread of a queue in a file gets round to what it is given. A batch that takes long is no reason for a restart, so
///   it has ``patience``; and while a thread waits for a disk, for as long as that takes.
///
/// What a restart can't mend doesn't count: a full or slow disk, a PostgreSQL or a Planhat that is away, delivery that is
/// paused, too many requests. All of these return to their threads, with an answer or an error.
struct Watchdog: Service {
    static var patience: Duration { .seconds(600) }

    /// Within which the service manager wants a sign of life.
    let period: Duration
    let loops: [any EventLoop]
    /// Returns when the queue's thread has got round to it.
    let beat: @Sendable () async -> Void
    let alive: @Sendable () async -> Void
    var isWaitingForDisk: @Sendable () -> Bool = { DiskWait.isAny }
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    init(
        period: Duration,
        loops: [any EventLoop] = Array(MultiThreadedEventLoopGroup.singleton.makeIterator()),
        beat: @escaping @Sendable () async -> Void,
        alive: @escaping @Sendable () async -> Void
    ) {
        self.period = period
        self.loops = loops
        self.beat = beat
        self.alive = alive
    }

    func run() async throws {
        let last = LastBeat(now())
        // By itself: where the queue hangs, nobody is to wait for it.
        let beating = Task {
            while !Task.isCancelled {
                await beat()
                last.set(now())
                try await sleep(pause)
            }
        }
        defer { beating.cancel() }
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Does not return while one of them hangs.
                for loop in loops { try await loop.submit {}.get() }
                if isQueueAlive(last) { await alive() }
                try await sleep(pause)
            }
        }
    }

    /// Three signs of life may be late.
    private var pause: Duration { period / 4 }

    private func isQueueAlive(_ last: LastBeat) -> Bool {
        if now() - last.time <= Self.patience { return true }
        guard isWaitingForDisk() else { return false }
        last.set(now())
        return true
    }
}

/// When the queue was last known to be at work.
private final class LastBeat: Sendable {
    private let instant: Mutex<ContinuousClock.Instant>

    init(_ instant: ContinuousClock.Instant) {
        self.instant = Mutex(instant)
    }

    var time: ContinuousClock.Instant { instant.withLock { $0 } }

    func set(_ new: ContinuousClock.Instant) { instant.withLock { $0 = new } }
}
