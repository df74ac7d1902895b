package import Foundation
import NPSModel
package import NPSQueue

/// Decides what the worker does next. It knows neither sockets nor files, and no time but the one it is told.
///
/// Ask ``next(at:)``, do that one thing, tell how it went, ask again:
///
///     wait  → woke()
///     claim → found(_:nextDue:at:)
///     send  → answered(_:to:at:)
///     settle → settled()
///
/// When the queue can't claim or settle, `queueFailed(at:)`. One request is in flight at most, ever: Planhat's upsert
/// is not atomic, so two at once could make two records of one response.
package struct DeliveryPlan: Sendable {
    package enum Step: Sendable, Hashable {
        /// Until something arrives, or until then.
        case wait(until: Date?)
        case claim(limit: Int)
        case send(Batch)
        case settle(Settlement)
    }

    private enum Rest: Sendable, Hashable {
        case none
        /// Nothing was due; nil when nothing is pending at all.
        case until(Date?)
    }

    let configuration: Configuration
    let fraction: @Sendable () -> Double
    var breaker: CircuitBreaker
    var pace: Pace
    private var rest = Rest.none
    /// Claimed, packed and not in flight, in the order of sending.
    var readyBatches: [Batch] = []
    var unsettled = Settlement()
    private var queueFailures = 0
    private var queueReady = Date.distantPast
    private var lastAsked: Date?
    /// Left out by Planhat once, in this revision; the next time they are parked. Forgotten at a restart, which costs
    /// one more request.
    var ignoredOnce: [ResponseID: Int] = [:]
    var poison = PoisonTracker()
    var byteLimit: ByteLimit

    /// - Parameter fraction: random numbers, 0..<1
    package init(configuration: Configuration, fraction: @escaping @Sendable () -> Double) {
        self.configuration = configuration
        byteLimit = ByteLimit(configuration.batchBytes)
        self.fraction = fraction
        breaker = CircuitBreaker(timing: configuration.timing)
        pace = Pace(requestsPerMinute: configuration.requestsPerMinute)
    }

    package var status: DeliveryStatus {
        switch breaker.news {
        case .backingOff(let until, let reason): .backingOff(until: until, reason: reason)
        case .paused(_, let sentence, let since): .paused(sentence: sentence, since: since)
        case .closed:
            switch rest {
            case .none: .forwarding
            case .until(let due): .idle(until: due)
            }
        }
    }
}

extension DeliveryPlan {
    /// Whether half of the requests are left to a verification.
    package mutating func share(_ isShared: Bool) {
        pace.isShared = isShared
    }

    package mutating func next(at now: Date) -> Step {
        notice(now)
        guard unsettled.isEmpty else { return now < queueReady ? .wait(until: queueReady) : .settle(unsettled) }
        if case .until(let due) = rest {
            guard let due, due <= now else { return .wait(until: due) }
            rest = .none
        }
        let ready = max(queueReady, breaker.ready(at: now), pace.ready(at: now))
        // Only who can send at once claims: the later, the larger the batch, and nothing hangs between states.
        guard ready <= now else { return .wait(until: ready) }
        guard !readyBatches.isEmpty else { return .claim(limit: breaker.probesWithOne ? 1 : configuration.batchSize) }
        pace.spend(at: now)
        return .send(readyBatches.removeFirst())
    }

    /// A clock that was set back must not stop everything for as long as it was set back.
    private mutating func notice(_ now: Date) {
        queueReady = min(queueReady, now.addingTimeInterval(Self.queueBackoff.limit))
        breaker.notice(now)
        pace.notice(now)
        // What is due was told by the clock that was: look again.
        if let lastAsked, now < lastAsked { rest = .none }
        lastAsked = now
    }

    package mutating func woke() {
        rest = .none
    }

    /// - Parameter nextDue: of what is pending, when nothing was found.
    package mutating func found(_ claims: [Claim], nextDue: Date?, at now: Date) {
        queueFailures = 0
        guard !claims.isEmpty else {
            // A moment at least: a row that is due and yet can't be claimed must not make the loop spin.
            if nextDue == nil { breaker.nothingIsLeft() }
            rest = .until(nextDue.map { max($0, now.addingTimeInterval(0.01)) })
            return
        }
        readyBatches = pack(claims)
    }

    package mutating func settled() {
        queueFailures = 0
        unsettled = Settlement()
    }

    static let queueBackoff = Backoff(base: 1, limit: 60)

    /// True for the first failure in a row.
    package mutating func queueFailed(at now: Date) -> Bool {
        queueFailures = min(queueFailures + 1, 64)
        queueReady = now.addingTimeInterval(Self.queueBackoff.delay(failures: queueFailures, fraction: fraction()))
        return queueFailures == 1
    }

    /// What has to be settled before the worker ends, apart from the request in flight.
    package mutating func end(at now: Date) -> Settlement {
        dropHand(retryAt: now, reason: "the collector stopped before it was sent again")
        defer { unsettled = Settlement() }
        return unsettled
    }

    mutating func dropHand(retryAt: Date, reason: String) {
        for batch in readyBatches { unsettled.giveBack(batch, retryAt: retryAt, reason: reason) }
        readyBatches = []
    }
}
