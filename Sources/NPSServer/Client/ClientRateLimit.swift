import Synchronization

/// A token bucket for each client of the forms, or for each emailed link. Kept in memory only, and idle ones are forgotten.
/// Keyed by a hash with a new salt at every start, so that the table holds no address.
///
/// A company has one address for all of its people. So the open form lets through what 300 people send within a minute,
/// and a genuine link, which is one person's, is counted by itself, wherever it is opened; only who has thousands of them
/// meets a limit of the address.
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
        burst: Int = 300,
        perSecond: Double = 5,
        capacity: Int = 100_000,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.now = now
        buckets = Mutex(Generations(capacity: capacity / 2))
    }

    /// For the forms of all genuine links from one address.
    package static func ofLinksTogether(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) -> ClientRateLimit {
        ClientRateLimit(burst: 3_000, perSecond: 50, now: now)
    }

    /// For the form of each genuine link.
    package static func ofLinks(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) -> ClientRateLimit {
        ClientRateLimit(burst: 60, perSecond: 1, now: now)
    }

    /// Counts the request. Clients whose address nobody knows share one limit, as do those that a Unix socket's proxy
    /// doesn't name.
    func admission(for client: Peer) -> Admission {
        // The widest first: a network that is over its limit leaves no trace of its many addresses.
        admission(client.networks.reversed().map { ($0.hashValue, $0.share) })
    }

    /// - Parameter link: the id of a genuine one.
    func admission(forLink link: String) -> Admission { admission([(link.hashValue, 1)]) }

    private func admission(_ members: [(key: Int, share: Int)]) -> Admission {
        let instant = now()
        return buckets.withLock { buckets in
            var taken: [(key: Int, bucket: Bucket)] = []
            for (key, share) in members {
                let (most, rate) = (burst * Double(share), perSecond * Double(share))
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
