import Synchronization

/// A token bucket for each client of the forms. Kept in memory only, and idle clients are forgotten. Keyed by a hash
/// with a new salt at every start, so that the table holds no address.
package final class ClientRateLimit: Sendable {
    /// What becomes of a request.
    enum Admission: Hashable {
        case allowed
        /// The client has to wait this many seconds; its request is still read, to show again what was typed.
        case wait(seconds: Int)
        /// The client goes on in spite of that: the request isn't worth reading.
        case refused(seconds: Int)
    }

    private struct Bucket {
        /// Requests that are allowed.
        var tokens: Double
        /// Requests over the limit that are still read.
        var patience: Double
        var updated: ContinuousClock.Instant
    }

    private let burst: Double
    private let perSecond: Double
    private let capacity: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let buckets = Mutex<[Int: Bucket]>([:])

    /// - Parameters:
    ///   - burst: requests that a client may send at once. As many again are refused with what was typed.
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

    /// Counts the request. An unknown client is always allowed.
    func admission(for client: IPAddress?) -> Admission {
        guard let client else { return .allowed }
        let key = client.client.hashValue
        let instant = now()
        return buckets.withLock { buckets in
            if buckets.count >= capacity { forgetFull(&buckets, at: instant) }
            var bucket = buckets[key].map { refilled($0, at: instant) } ?? full(at: instant)
            defer { buckets[key] = bucket }
            guard bucket.tokens < 1 else {
                bucket.tokens -= 1
                return .allowed
            }
            let seconds = max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
            guard bucket.patience >= 1 else { return .refused(seconds: seconds) }
            bucket.patience -= 1
            return .wait(seconds: seconds)
        }
    }

    private func full(at instant: ContinuousClock.Instant) -> Bucket {
        Bucket(tokens: burst, patience: burst, updated: instant)
    }

    private func refilled(_ bucket: Bucket, at instant: ContinuousClock.Instant) -> Bucket {
        let elapsed = (instant - bucket.updated) / .seconds(1)
        return Bucket(
            tokens: min(burst, bucket.tokens + elapsed * perSecond),
            patience: min(burst, bucket.patience + elapsed * perSecond),
            updated: instant
        )
    }

    private func forgetFull(_ buckets: inout [Int: Bucket], at instant: ContinuousClock.Instant) {
        buckets = buckets.filter { refilled($0.value, at: instant).tokens < burst }
        if buckets.count >= capacity { buckets.removeAll() }
    }
}
