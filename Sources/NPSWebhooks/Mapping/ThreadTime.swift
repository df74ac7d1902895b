// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Glibc

/// The processor time of one thread from a moment on. Unlike the time on the wall it doesn't run while the machine is
/// busy with something else, so that a limit on it means the same on every machine.
struct ThreadTime: Sendable {
    private let clock: clockid_t
    private let start: Duration

    /// Of the thread that calls this, from now on.
    init() {
        var clock = CLOCK_THREAD_CPUTIME_ID
        // Fails for no living thread, and this one lives.
        pthread_getcpuclockid(pthread_self(), &clock)
        self.clock = clock
        start = Self.read(clock)
    }

    /// May be read from any thread, as long as the measured one lives.
    var elapsed: Duration { Self.read(clock) - start }

    private static func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
