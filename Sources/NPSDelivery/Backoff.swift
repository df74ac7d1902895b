package import Foundation

/// Exponential backoff with full jitter: any time between nothing and the ceiling, which doubles to a limit.
/// Spread like that, nobody's retries come in step.
package struct Backoff: Sendable, Hashable {
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
