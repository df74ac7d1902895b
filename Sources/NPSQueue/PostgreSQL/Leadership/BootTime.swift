import Foundation

/// The time since this machine was started, which goes on while it sleeps and is never set. Only differences count, and only
/// within one machine.
enum BootTime {
    static let clock = CLOCK_BOOTTIME

    static var now: Duration {
        var time = timespec()
        // Fails for a clock that the kernel doesn't have, and Linux has had this one since 2.6.39.
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension timespec {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
