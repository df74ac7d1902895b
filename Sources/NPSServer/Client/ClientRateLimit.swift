import Synchronization

/// A token bucket for each client of the forms, for each emailed link, or for each client that pages are rendered for. Kept in memory only, and idle ones are forgotten.
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

        /// The seconds until there is something left; nil when there is.
        func wait(rate: Double) -> Int? {
            tokens < 1 ? max(1, Int(((1 - tokens) / rate).rounded(.up))) : nil
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

    /// For pages that have to be rendered: as many as 300 people open and are thanked with.
    package static func ofRendering(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) -> ClientRateLimit {
        ClientRateLimit(burst: 600, perSecond: 20, now: now)
    }

    /// How many seconds the client has to wait after what was charged to it; nil for none. Counts nothing.
    func delay(for client: Peer) -> Int? {
        let instant = now()
        return buckets.withLock { buckets in
            client.networks.compactMap { network -> Int? in
                guard var bucket = buckets[network.hashValue] else { return nil }
                let rate = perSecond * Double(network.share)
                bucket.refill(at: instant, rate: rate, upTo: burst * Double(network.share))
                return bucket.wait(rate: rate)
            }
            .max()
        }
    }

    /// Counts what was done for a client before anybody knew that it would have to be done.
    func charge(_ client: Peer) {
        let instant = now()
        buckets.withLock { buckets in
            for network in client.networks {
                let most = burst * Double(network.share)
                var bucket = buckets[network.hashValue] ?? Bucket(tokens: most, patience: most, updated: instant)
                bucket.refill(at: instant, rate: perSecond * Double(network.share), upTo: most)
                bucket.tokens = max(-most, bucket.tokens - 1)
                buckets.set(bucket, for: network.hashValue)
            }
        }
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
                guard let seconds = bucket.wait(rate: rate) else {
                    taken.append((key, bucket))
                    continue
                }
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
