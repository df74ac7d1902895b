import Synchronization

/// How often somebody may be wrong about the operators' token: a client ten times at once, and then once in six seconds; all
/// of them together ten times as often.
///
/// Nobody is counted whose token is right. The same mistake made again costs nothing, as it tries nothing new: a program that
/// keeps on with yesterday's token doesn't keep out others at its address. From a client that had the right one lately, the mistakes of all others keep nothing
/// away, its neighbours in a wider IPv6 network included, so that somebody with many addresses doesn't lock out whoever is at
/// work. In memory only, by salted hashes.
final class SignInLimit: Sendable {
    enum Outcome: Hashable {
        case right
        case wrong
        /// Nothing was compared; so many seconds until something is again.
        case unheard(seconds: Int)
    }

    /// Time, which mistakes use up. In seconds, so that six of them are exactly one mistake.
    private struct Bucket {
        var credit: Double
        var updated: ContinuousClock.Instant
        /// The last mistakes that were paid for, the newest first.
        var mistakes: [Int] = []

        /// - Parameter share: how many times what one client has.
        init(share: Double, at instant: ContinuousClock.Instant) {
            credit = SignInLimit.most * share
            updated = instant
        }

        mutating func refill(at instant: ContinuousClock.Instant, share: Double) {
            credit = min(SignInLimit.most * share, credit + (instant - updated) / .seconds(1) * share)
            updated = instant
        }

        var isEmpty: Bool { credit < SignInLimit.price }

        mutating func charge() { credit = max(0, credit - SignInLimit.price) }

        mutating func remember(_ attempt: Int) {
            mistakes.insert(attempt, at: 0)
            mistakes.removeLast(max(0, mistakes.count - SignInLimit.remembered))
        }

        /// Until it isn't empty any more.
        func seconds(share: Double) -> Int {
            max(1, Int(((SignInLimit.price - credit) / share).rounded(.up)))
        }
    }

    private struct State {
        var clients = Generations<Bucket>(capacity: 10_000)
        var all: Bucket
        /// Those whose token was right.
        var known = Generations<ContinuousClock.Instant>(capacity: 1_000)

        func knows(_ client: Peer, at instant: ContinuousClock.Instant) -> Bool {
            guard let key = client.networks.first?.hashValue, let last = known[key] else { return false }
            return instant - last < SignInLimit.memory
        }
    }

    /// In seconds.
    private static let price = 6.0
    private static let most = 10 * price
    /// What all clients have together is so many times what one has.
    private static let together = 10.0
    private static let memory = Duration.seconds(86_400)
    /// As many programs at one address may go on with an old token.
    private static let remembered = 4

    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        state = Mutex(State(all: Bucket(share: Self.together, at: now())))
    }

    /// Compares, unless the client was wrong too often. Nobody else is compared meanwhile, so that many requests at once get
    /// no more tries than as many in a row.
    ///
    /// - Parameter attempt: a salted hash of what the client presents.
    func outcome(for client: Peer, trying attempt: Int, comparing isRight: () -> Bool) -> Outcome {
        let instant = now()
        return state.withLock { state in
            let isKnown = state.knows(client, at: instant)
            var buckets: [(key: Int, bucket: Bucket)] = []
            for network in client.networks.prefix(isKnown ? 1 : .max) {
                let share = Double(network.share)
                let key = network.hashValue
                var bucket = state.clients[key] ?? Bucket(share: share, at: instant)
                if bucket.mistakes.contains(attempt) { return .wrong }
                bucket.refill(at: instant, share: share)
                if bucket.isEmpty { return .unheard(seconds: bucket.seconds(share: share)) }
                buckets.append((key, bucket))
            }
            state.all.refill(at: instant, share: Self.together)
            if state.all.isEmpty, !isKnown { return .unheard(seconds: state.all.seconds(share: Self.together)) }
            if isRight() {
                if let key = buckets.first?.key { state.known.set(instant, for: key) }
                return .right
            }
            for (key, bucket) in buckets {
                var bucket = bucket
                bucket.charge()
                bucket.remember(attempt)
                state.clients.set(bucket, for: key)
            }
            state.all.charge()
            return .wrong
        }
    }
}
