import Synchronization

/// A token bucket for each client of the forms. Kept in memory only, and idle clients are forgotten. Keyed by a hash
/// with a new salt at every start, so that the table holds no address.
package final class ClientRateLimit: Sendable {
    private struct Bucket {
        var tokens: Double
        var updated: ContinuousClock.Instant
    }

    private let burst: Double
    private let perSecond: Double
    private let capacity: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let buckets = Mutex<[Int: Bucket]>([:])

    /// - Parameters:
    ///   - burst: requests that a client may send at once.
    ///   - perSecond: requests a second that it may send in the long run.
    ///   - capacity: clients remembered; full buckets are forgotten first.
    package init(
        burst: Int = 60,
        perSecond: Double = 1,
        capacity: Int = 100_000,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.capacity = capacity
        self.now = now
    }

    /// Nil = allowed; otherwise the seconds after which the next request is.
    package func delay(for client: IPAddress?) -> Int? {
        guard let client else { return nil }
        let key = client.client.hashValue
        let instant = now()
        return buckets.withLock { buckets in
            if buckets.count >= capacity { forgetFull(&buckets, at: instant) }
            var bucket = buckets[key] ?? Bucket(tokens: burst, updated: instant)
            bucket.tokens = tokens(in: bucket, at: instant)
            bucket.updated = instant
            defer { buckets[key] = bucket }
            guard bucket.tokens < 1 else {
                bucket.tokens -= 1
                return nil
            }
            return max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
        }
    }

    private func tokens(in bucket: Bucket, at instant: ContinuousClock.Instant) -> Double {
        let elapsed =
            Double((instant - bucket.updated).components.seconds)
            + Double((instant - bucket.updated).components.attoseconds) / 1e18
        return min(burst, bucket.tokens + elapsed * perSecond)
    }

    private func forgetFull(_ buckets: inout [Int: Bucket], at instant: ContinuousClock.Instant) {
        buckets = buckets.filter { tokens(in: $0.value, at: instant) < burst }
        if buckets.count >= capacity { buckets.removeAll() }
    }
}
