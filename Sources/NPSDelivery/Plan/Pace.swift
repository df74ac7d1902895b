package import Foundation

/// The rate limit that delivery keeps to by itself: a token bucket that holds one token, so that what arrives while it
/// fills goes together in the next request.
package struct Pace: Sendable, Hashable {
    /// The API's own figures, from the headers of an answer: requests in its window, and how many of them are left.
    package struct Quota: Sendable, Hashable {
        package let limit: Int
        package let remaining: Int

        package init(limit: Int, remaining: Int) {
            self.limit = limit
            self.remaining = remaining
        }
    }

    /// Seconds. However little is left, it waits no longer than this: the API's window is one or two minutes.
    private static let longest: TimeInterval = 60

    private let interval: TimeInterval
    /// Leaves half of the requests to another program.
    package var isShared = false
    /// How many requests were left to others since the last one.
    private var yielded = 0
    /// 1, or how many times longer to wait because little of the API's quota is left.
    private var stretch = 1.0
    private var last: Date?

    /// - Parameter share: the part of those requests that it takes, more than 0.
    package init(requestsPerMinute: Int, share: Double = 1) {
        interval = 60 / TimeInterval(max(requestsPerMinute, 1)) / share
    }

    /// When the next request may be sent; not in the future means now.
    package func ready(at now: Date) -> Date {
        guard let last else { return now }
        let usual = isShared ? 2 * interval : interval
        // A last request in the future means that the clock was set back.
        let wait = min(usual * stretch, max(usual, Self.longest))
        return min(last, now).addingTimeInterval(wait + Double(yielded) * interval)
    }

    /// Leaves so many of its next turns to others, who send requests in between; a few at most.
    package mutating func yield(turns: Int) {
        yielded = min(yielded + turns, Self.mostYielded)
    }

    private static let mostYielded = 10

    /// Takes a last request in the future as now: the clock was set back.
    package mutating func notice(_ now: Date) {
        last = last.map { min($0, now) }
    }

    package mutating func spend(at now: Date) {
        last = now
        yielded = 0
    }

    /// Below a fifth of the API's limit the pace slows down in proportion. Nil: the answer didn't say.
    package mutating func observe(_ quota: Quota?) {
        guard let quota, quota.limit > 0 else {
            stretch = 1
            return
        }
        let low = Double(quota.limit) / 5
        let remaining = Double(max(quota.remaining, 0))
        stretch = remaining >= low ? 1 : low / max(remaining, 0.5)
    }
}
