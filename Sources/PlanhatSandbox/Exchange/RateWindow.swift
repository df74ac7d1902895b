import Foundation

/// Counts requests in windows of a fixed length, the first of which begins with the first request.
struct RateWindow: Sendable, Hashable {
    struct Verdict: Sendable, Hashable {
        let limit: Int
        let remaining: Int
        /// Seconds until the next window, for a request that is one too many; nil when it is admitted.
        let retryAfter: Int?
    }

    private var startedAt: Date?
    private var used = 0

    /// Nil when there is no limit. A refused request isn't counted.
    mutating func admit(at now: Date, limit: Int, seconds: Int) -> Verdict? {
        guard limit > 0 else { return nil }
        let length = TimeInterval(seconds)
        let age = startedAt.map { now.timeIntervalSince($0) } ?? length
        if age < 0 || age >= length {
            startedAt = now
            used = 0
        }
        guard used < limit else {
            return Verdict(limit: limit, remaining: 0, retryAfter: max(1, Int((length - age).rounded(.up))))
        }
        used += 1
        return Verdict(limit: limit, remaining: limit - used, retryAfter: nil)
    }
}
