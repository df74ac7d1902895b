package import Foundation

/// A circuit breaker: whether the API is worth a request now. After a failure that concerns every response it is open for
/// a while, then lets one request at a time through until one gets an answer.
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
        /// `since`: the first refusal in a row.
        case paused(until: Date, sentence: String, since: Date)
    }

    private enum Risk: Sendable, Hashable {
        /// A failed request makes all that is in it ambiguous.
        case some
        /// Nothing was reached, so nothing became ambiguous, and the request's size isn't to blame.
        case unreached
        /// Answers tell about each response in a request: one that isn't refused gets through beside others.
        case toldEach
    }

    private let timing: Timing
    package private(set) var state = State.closed { didSet { isOld = false } }
    /// Whether nothing has been left to send since that state began.
    private var isOld = false
    /// In a row, of one kind.
    private var failures = 0
    /// What the last request that failed tells about a whole batch as the next probe.
    private var risk = Risk.some
    /// Requests in a row that failed at something that can answer.
    private var turns = 0
    /// 429s and 503s in a row.
    private var limits = 0

    package init(timing: Timing = Timing()) {
        self.timing = timing
    }

    /// True from a failure until a request gets through.
    package var isProbing: Bool { failures > 0 || limits > 0 }

    /// Whether the next request carries one response only.
    package var probesWithOne: Bool { isProbing && risk == .some }

    /// Whether the next request carries what came in last. Every other probe with one response does: all that fail, or
    /// are refused, may be due before the first that wouldn't be. A whole batch that is told about each of its responses
    /// always does, since it has room for others.
    package var probesNewest: Bool {
        guard isProbing else { return false }
        return switch risk {
        case .some: turns.isMultiple(of: 2)
        case .unreached: false
        case .toldEach: true
        }
    }

    /// When the next request may be sent; not in the future means now.
    package func ready(at now: Date) -> Date {
        switch state {
        case .closed: now
        case .backingOff(let until, _), .paused(let until, _, _):
            min(until, latest(at: now))
        }
    }

    /// Shortens the wait to the longest that there can be: more is left only when the clock was set back.
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

    /// The state to show to people. A failure isn't shown any more once nothing is left that it could hold up.
    package var news: State { isOld ? .closed : state }

    /// Nothing is pending any more.
    package mutating func nothingIsLeft() {
        isOld = true
    }

    /// The API took a request, or refused it for what was in it.
    package mutating func gotThrough() {
        state = .closed
        failures = 0
        limits = 0
        turns = 0
    }

    /// A request failed, and the API is to blame. Gives when to try again.
    mutating func failed(_ measure: RequestFailure.Measure, at now: Date, fraction: Double) -> Date {
        switch measure {
        case .pause(let sentence): refused(sentence, at: now)
        case .wait(let seconds, let reason): limited(retryAfter: seconds, reason: reason, at: now)
        case .backOff(let reason): failed(reason, at: now, fraction: fraction)
        }
    }

    /// A request failed, or its outcome is unknown. Gives when to try again.
    ///
    /// - Parameters:
    ///   - isUnreached: nothing was reached that could answer.
    ///   - fraction: random, 0..<1.
    package mutating func failed(_ reason: String, isUnreached: Bool = false, at now: Date, fraction: Double) -> Date {
        count(whenNot: \.isPaused)
        probed(isUnreached ? .unreached : .some)
        let until = now.addingTimeInterval(timing.backoff.delay(failures: failures, fraction: fraction))
        state = .backingOff(until: until, reason: reason)
        return until
    }

    /// The API asks for a pause of so many seconds; nil when it doesn't say. Gives when to try again.
    ///
    /// A short one isn't believed for ever: from the third in a row it is as long as after any other failure.
    package mutating func limited(
        retryAfter: TimeInterval?,
        reason: String = "Planhat's rate limit is reached",
        at now: Date
    ) -> Date {
        limits = min(limits + 1, 64)
        probed(.some)
        let least = limits < 3 ? 1 : timing.backoff.ceiling(failures: limits)
        let told = retryAfter.map { min(max($0, least), timing.longestRetryAfter) }
        let until = now.addingTimeInterval(told ?? timing.rateLimit.ceiling(failures: limits))
        state = .backingOff(until: until, reason: reason)
        return until
    }

    /// Nothing is accepted until a person fixes something. Gives when to try again.
    ///
    /// - Parameters:
    ///   - toldEach: answers tell about each response in a request.
    ///   - isNews: it met responses that it hadn't met before. Then the next probe doesn't wait longer: the sooner all
    ///     have been tried, the sooner one is found that isn't refused.
    package mutating func refused(
        _ sentence: String,
        toldEach: Bool = false,
        isNews: Bool = false,
        at now: Date
    ) -> Date {
        var start = now
        if case .paused(_, _, let since) = state { start = since }
        count(whenNot: { !$0.isPaused })
        if isNews { failures = 1 }
        probed(toldEach ? .toldEach : .some)
        let until = now.addingTimeInterval(timing.probe.ceiling(failures: failures))
        state = .paused(until: until, sentence: sentence, since: start)
        return until
    }

    private mutating func probed(_ risk: Risk) {
        self.risk = risk
        turns = risk == .some ? turns &+ 1 : 0
    }

    /// Failures in a row are counted for one kind at a time.
    private mutating func count(whenNot isOther: (State) -> Bool) {
        failures = isOther(state) ? 1 : min(failures + 1, 64)
    }
}

extension CircuitBreaker.State {
    fileprivate var isPaused: Bool {
        if case .paused = self { true } else { false }
    }
}
