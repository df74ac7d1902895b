import Foundation

/// A token bucket over requests: a small burst, then one every so often.
struct Pace {
    private let interval: TimeInterval
    private let burst: Double
    private var tokens: Double
    private var updated: Date

    init(requestsPerMinute: Int, now: Date) {
        interval = 60 / Double(max(1, requestsPerMinute))
        burst = max(1, Double(requestsPerMinute) / 15)
        tokens = burst
        updated = now
    }

    /// Seconds until the next request may be sent; 0 = now.
    mutating func delay(at now: Date) -> TimeInterval {
        refill(now)
        return tokens >= 1 ? 0 : (1 - tokens) * interval
    }

    mutating func spend(at now: Date) {
        refill(now)
        tokens = max(0, tokens - 1)
    }

    private mutating func refill(_ now: Date) {
        let elapsed = max(0, now.timeIntervalSince(updated))
        tokens = min(burst, tokens + elapsed / interval)
        updated = now
    }
}
