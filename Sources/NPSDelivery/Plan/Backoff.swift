package import Foundation

/// Exponential backoff with full jitter: any wait between none and the ceiling, which doubles up to a limit. Clients
/// that failed together don't come back together.
package struct Backoff: Sendable, Hashable {
    /// Seconds.
    package var base: TimeInterval
    package var limit: TimeInterval

    package init(base: TimeInterval, limit: TimeInterval) {
        self.base = base
        self.limit = limit
    }

    /// - Parameter failures: in a row, counted from 1.
    package func ceiling(failures: Int) -> TimeInterval {
        min(limit, base * exp2(Double(min(max(failures, 1), 64) - 1)))
    }

    /// - Parameter fraction: random, 0..<1.
    package func delay(failures: Int, fraction: Double) -> TimeInterval {
        ceiling(failures: failures) * fraction
    }
}

/// When the queue may be asked again after it couldn't claim or settle.
package struct QueueBackoff: Sendable, Hashable {
    private static let backoff = Backoff(base: 1, limit: 60)

    private var failures = 0
    /// When it may be asked again; a time in the past means now.
    package private(set) var ready = Date.distantPast

    package init() {}

    /// True for the first failure in a row.
    package mutating func failed(at now: Date, fraction: Double) -> Bool {
        failures = min(failures + 1, 64)
        ready = now.addingTimeInterval(Self.backoff.delay(failures: failures, fraction: fraction))
        return failures == 1
    }

    package mutating func succeeded() {
        failures = 0
    }

    /// Shortens the wait to the longest that there can be: more is left only when the clock was set back.
    package mutating func notice(_ now: Date) {
        ready = min(ready, now.addingTimeInterval(Self.backoff.limit))
    }
}
