import Synchronization

/// How often somebody may be wrong about the operators' token: a client ten times at once, and then once in six seconds; all
/// of them together ten times as often.
///
/// Nobody is counted whose token is right. From a client that had the right one lately, the mistakes of all others keep nothing
/// away, so that somebody with many addresses doesn't lock out whoever is at work. In memory only, by salted hashes.
final class SignInLimit: Sendable {
    enum Outcome: Hashable {
        case right
        case wrong
        /// Nothing was compared; so many seconds until something is again.
        case unheard(seconds: Int)
    }

    private struct Bucket {
        var tokens: Double
        var updated: ContinuousClock.Instant

        mutating func refill(at instant: ContinuousClock.Instant, of share: Double) {
            let more = (instant - updated) / .seconds(1) * SignInLimit.perSecond * share
            tokens = min(SignInLimit.burst * share, tokens + more)
            updated = instant
        }

        /// Until there is a whole one.
        func seconds(of share: Double) -> Int {
            max(1, Int(((1 - tokens) / (SignInLimit.perSecond * share)).rounded(.up)))
        }
    }

    private struct State {
        var clients = Generations<Bucket>(capacity: 10_000)
        var all: Bucket
        /// Those whose token was right.
        var known = Generations<ContinuousClock.Instant>(capacity: 1_000)
    }

    private static let burst = 10.0
    private static let perSecond = 1.0 / 6
    /// Of all clients together, as many times what one has.
    private static let together = 10.0
    private static let memory = Duration.seconds(86_400)

    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        state = Mutex(State(all: Bucket(tokens: Self.burst * Self.together, updated: now())))
    }

    /// Compares, unless the client was wrong too often. Nobody else is compared meanwhile, so that many requests at once get
    /// no more tries than as many in a row.
    func outcome(for client: Peer, comparing isRight: () -> Bool) -> Outcome {
        let instant = now()
        return state.withLock { state in
            var buckets: [(key: Int, bucket: Bucket)] = []
            for network in client.networks {
                let share = Double(network.share)
                let key = network.hashValue
                var bucket = state.clients[key] ?? Bucket(tokens: Self.burst * share, updated: instant)
                bucket.refill(at: instant, of: share)
                guard bucket.tokens >= 1 else { return .unheard(seconds: bucket.seconds(of: share)) }
                buckets.append((key, bucket))
            }
            state.all.refill(at: instant, of: Self.together)
            let isKnown = buckets.first.flatMap { state.known[$0.key] }.map { instant - $0 < Self.memory } ?? false
            guard state.all.tokens >= 1 || isKnown else {
                return .unheard(seconds: state.all.seconds(of: Self.together))
            }
            if isRight() {
                if let key = buckets.first?.key { state.known.set(instant, for: key) }
                return .right
            }
            for (key, bucket) in buckets {
                var bucket = bucket
                bucket.tokens -= 1
                state.clients.set(bucket, for: key)
            }
            state.all.tokens = max(0, state.all.tokens - 1)
            return .wrong
        }
    }
}
