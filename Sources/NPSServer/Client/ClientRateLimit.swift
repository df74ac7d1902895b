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

        mutating func refill(at instant: ContinuousClock.Instant, rate: Double, upTo most: Double) {
            let more = (instant - updated) / .seconds(1) * rate
            tokens = min(most, tokens + more)
            patience = min(most, patience + more)
            updated = instant
        }
    }

    private let burst: Double
    private let perSecond: Double
    private let now: @Sendable () -> ContinuousClock.Instant
    private let buckets: Mutex<Generations<Bucket>>

    /// - Parameters:
    ///   - burst: requests that a client may send at once. As many again are refused with what was typed.
    ///   - perSecond: requests a second that it may send in the long run.
    ///   - capacity: networks of clients that are remembered; those that came least recently are forgotten first.
    package init(
        burst: Int = 60,
        perSecond: Double = 1,
        capacity: Int = 100_000,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.now = now
        buckets = Mutex(Generations(capacity: capacity / 2))
    }

    /// Counts the request. Clients whose address nobody knows share one limit, as do those that a Unix socket's proxy
    /// doesn't name.
    func admission(for client: Peer) -> Admission {
        let instant = now()
        return buckets.withLock { buckets in
            var taken: [(key: Int, bucket: Bucket)] = []
            // The widest first: a network that is over its limit leaves no trace of its many addresses.
            for network in client.networks.reversed() {
                let key = network.hashValue
                let (most, rate) = (burst * Double(network.share), perSecond * Double(network.share))
                var bucket = buckets[key] ?? Bucket(tokens: most, patience: most, updated: instant)
                bucket.refill(at: instant, rate: rate, upTo: most)
                guard bucket.tokens < 1 else {
                    taken.append((key, bucket))
                    continue
                }
                let seconds = max(1, Int(((1 - bucket.tokens) / rate).rounded(.up)))
                let isRead = bucket.patience >= 1
                if isRead { bucket.patience -= 1 }
                buckets.set(bucket, for: key)
                return isRead ? .wait(seconds: seconds) : .refused(seconds: seconds)
            }
            for (key, bucket) in taken {
                var bucket = bucket
                bucket.tokens -= 1
                buckets.set(bucket, for: key)
            }
            return .allowed
        }
    }
}
