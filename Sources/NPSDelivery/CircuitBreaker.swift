package import Foundation

/// Whether the API is worth a request now. After trouble that concerns every response it stays open for a while,
/// then lets one request after another through until one gets an answer.
package struct CircuitBreaker: Sendable, Hashable {
    package struct Timing: Sendable, Hashable {
        /// After a request that didn't get through.
        package var backoff = Backoff(base: 1, limit: 300)
        /// After a refusal, without jitter: 30 s, 1 min, … 5 min.
        package var probe = Backoff(base: 30, limit: 300)
        /// After a 429 that doesn't say how long: Planhat's counters are reset "every 60–120 seconds"
        /// (its API introduction of 2017).
        package var rateLimit = Backoff(base: 60, limit: 120)
        /// The longest `Retry-After` that is believed.
        package var longestRetryAfter: TimeInterval = 900

        package init() {}
    }

    package enum State: Sendable, Hashable {
        case closed
        case backingOff(until: Date, reason: String)
        /// - since: of the first refusal in a row
        case paused(until: Date, sentence: String, since: Date)
    }

    private let timing: Timing
    package private(set) var state = State.closed { didSet { isOld = false } }
    /// Whether there has been nothing left to send since.
    private var isOld = false
    private var failures = 0
    /// Whether the last failure was one to reach anything.
    private var isUnreached = false
    private var limits = 0

    package init(timing: Timing = Timing()) {
        self.timing = timing
    }

    /// True until an answer shows that responses get through again.
    package var isProbing: Bool { failures > 0 }

    /// Whether one response goes ahead of all others. Where nothing was reached, nothing was
    /// at risk, and no size of a request is to blame.
    package var probesWithOne: Bool { isProbing && !isUnreached }

    package func ready(at now: Date) -> Date {
        switch state {
        case .closed: now
        case .backingOff(let until, _), .paused(let until, _, _):
            min(until, latest(at: now))
        }
    }

    /// A longer wait than there is means that the clock was set back: it becomes the longest.
    package mutating func notice(_ now: Date) {
        let wasOld = isOld
        switch state {
        case .backingOff(let until, let reason) where until > latest(at: now):
            state = .backingOff(until: latest(at: now), reason: reason)
        case .paused(let until, let sentence, let since) where until > latest(at: now):
            state = .paused(until: latest(at: now), sentence: sentence, since: since)
        case .closed, .backingOff, .paused:
            break
        }
        isOld = wasOld
    }

    private func latest(at now: Date) -> Date {
        now.addingTimeInterval(max(timing.longestRetryAfter, timing.probe.limit))
    }

    /// The state as people should hear of it: old trouble is no news once nothing is left that it could hold up.
    package var news: State { isOld ? .closed : state }

    package mutating func nothingIsLeft() {
        isOld = true
    }

    package mutating func gotThrough() {
        state = .closed
        failures = 0
        limits = 0
    }

    /// Gives when to try again.
    ///
    /// - Parameter isUnreached: there was nobody to answer.
    package mutating func failed(_ reason: String, isUnreached: Bool = false, at now: Date, fraction: Double) -> Date {
        count(whenNot: \.isPaused)
        self.isUnreached = isUnreached
        let until = now.addingTimeInterval(timing.backoff.delay(failures: failures, fraction: fraction))
        state = .backingOff(until: until, reason: reason)
        return until
    }

    /// Gives when to try again.
    package mutating func limited(
        retryAfter: TimeInterval?,
        reason: String = "Planhat's rate limit is reached",
        at now: Date
    ) -> Date {
        limits = min(limits + 1, 64)
        let told = retryAfter.map { min(max($0, 1), timing.longestRetryAfter) }
        let until = now.addingTimeInterval(told ?? timing.rateLimit.ceiling(failures: limits))
        state = .backingOff(until: until, reason: reason)
        return until
    }

    /// Gives when to try again.
    package mutating func refused(_ sentence: String, at now: Date) -> Date {
        var start = now
        if case .paused(_, _, let since) = state { start = since }
        count(whenNot: { !$0.isPaused })
        isUnreached = false
        let until = now.addingTimeInterval(timing.probe.ceiling(failures: failures))
        state = .paused(until: until, sentence: sentence, since: start)
        return until
    }

    /// Failures in a row are counted for one kind of trouble at a time.
    private mutating func count(whenNot isOther: (State) -> Bool) {
        failures = isOther(state) ? 1 : min(failures + 1, 64)
    }
}

extension CircuitBreaker.State {
    fileprivate var isPaused: Bool {
        if case .paused = self { true } else { false }
    }
}
