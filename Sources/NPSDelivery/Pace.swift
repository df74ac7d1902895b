package import Foundation

/// Keeps the requests to so many a minute: a token bucket that holds one token, so that what arrives while it fills
/// goes together in the next request.
package struct Pace: Sendable, Hashable {
    /// The API's own figures, from the headers of an answer.
    package struct Quota: Sendable, Hashable {
        package let limit: Int
        package let remaining: Int

        package init(limit: Int, remaining: Int) {
            self.limit = limit
            self.remaining = remaining
        }
    }

    /// However little is left, it waits no longer than this: the API's window is one or two minutes.
    private static let longest: TimeInterval = 60

    private let interval: TimeInterval
    /// Half of the requests are somebody else's.
    package var isShared = false
    private var stretch = 1.0
    private var last: Date?

    package init(requestsPerMinute: Int) {
        interval = 60 / TimeInterval(max(requestsPerMinute, 1))
    }

    /// When the next request may be sent; not in the future means now.
    package func ready(at now: Date) -> Date {
        guard let last else { return now }
        let usual = isShared ? 2 * interval : interval
        // A last request in the future means that the clock was set back.
        return min(last, now).addingTimeInterval(min(usual * stretch, max(usual, Self.longest)))
    }

    /// Forgets what a clock that has been set back since said of the last request.
    package mutating func notice(_ now: Date) {
        last = last.map { min($0, now) }
    }

    package mutating func spend(at now: Date) {
        last = now
    }

    /// Below a fifth of the API's limit the pace slackens in proportion. Nil: the answer didn't say.
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
