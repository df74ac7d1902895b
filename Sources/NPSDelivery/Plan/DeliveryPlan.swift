package import Foundation
package import NPSModel
package import NPSQueue

/// Decides what the worker does next. A value: it has no sockets and no files, and knows the time only by being told.
///
/// Ask ``next(at:)``, do that one thing, tell how it went, ask again:
///
///     wait   → woke()
///     claim  → found(_:nextDue:at:)
///     send   → answered(_:to:quota:at:), or without sending kept(_:) or lostClaims()
///     settle → settled()
///
/// When the queue can't claim or settle, `queueFailed(at:)`. Never more than one request is in flight: Planhat's upsert
/// is not atomic, so two at once could make two records of one response.
package struct DeliveryPlan: Sendable {
    package enum Step: Sendable, Hashable {
        /// Until something arrives, or until then; nil when nothing is pending.
        case wait(until: Date?)
        case claim(limit: Int, order: ClaimOrder = .oldest)
        case send(Batch)
        case settle(Settlement)
    }

    private enum Idle: Sendable, Hashable {
        case no
        /// Nothing is due until then; nil when nothing is pending at all.
        case until(Date?)
    }

    private let batchSize: Int
    private let fraction: @Sendable () -> Double
    private var idle = Idle.no
    private var answers: DeliveryAnswers
    private var pace: Pace
    private var queueBackoff = QueueBackoff()
    private var lastAsked: Date?

    /// - Parameter fraction: random numbers, 0..<1
    package init(configuration: Configuration, fraction: @escaping @Sendable () -> Double) {
        batchSize = configuration.batchSize
        self.fraction = fraction
        answers = DeliveryAnswers(configuration: configuration, fraction: fraction)
        pace = Pace(requestsPerMinute: configuration.requestsPerMinute)
    }

    package var status: DeliveryStatus {
        switch (answers.breaker.news, idle) {
        case (.backingOff(let until, let reason), _): .backingOff(until: until, reason: reason)
        case (.paused(_, let sentence, let since), _): .paused(sentence: sentence, since: since)
        case (.closed, .no): .forwarding
        case (.closed, .until(let due)): .idle(until: due)
        }
    }

    /// Nil unless delivery is paused.
    package var pauseReason: PauseReason? { status.isPaused ? answers.lastPause : nil }

    /// Whether half of the requests are left to another program.
    package mutating func share(_ isShared: Bool) {
        pace.isShared = isShared
    }

    /// Leaves so many of its next turns to others in this process, who have sent requests of their own.
    package mutating func yield(turns: Int) {
        pace.yield(turns: turns)
    }

    package mutating func next(at now: Date) -> Step {
        notice(now)
        guard answers.unsettled.isEmpty else {
            return now < queueBackoff.ready ? .wait(until: queueBackoff.ready) : .settle(answers.unsettled)
        }
        if case .until(let due) = idle {
            guard let due, due <= now else { return .wait(until: due) }
            idle = .no
        }
        // Claimed only when the request can be sent at once: the later, the larger the batch, and the fewer responses
        // are found `sending` after a crash.
        let start = max(queueBackoff.ready, answers.breaker.ready(at: now), pace.ready(at: now))
        guard start <= now else { return .wait(until: start) }
        guard let batch = answers.ready.popFirst() else {
            let order = answers.breaker.probesNewest ? ClaimOrder.newest : .oldest
            return .claim(limit: answers.breaker.probesWithOne ? 1 : batchSize, order: order)
        }
        pace.spend(at: now)
        return .send(batch)
    }

    /// A clock that was set back must not stop everything for as long as it was set back.
    private mutating func notice(_ now: Date) {
        queueBackoff.notice(now)
        answers.breaker.notice(now)
        pace.notice(now)
        // What is due was said by the former clock: look again.
        if let lastAsked, now < lastAsked { idle = .no }
        lastAsked = now
    }

    package mutating func woke() {
        idle = .no
    }

    /// - Parameter nextDue: of what is pending, when nothing was found.
    package mutating func found(_ claims: [Claim], nextDue: Date?, at now: Date) {
        queueBackoff.succeeded()
        if claims.isEmpty {
            if nextDue == nil { answers.breaker.nothingIsLeft() }
            // A moment at least: a row that is due and yet can't be claimed must not make the loop spin.
            idle = .until(nextDue.map { max($0, now.addingTimeInterval(0.01)) })
        } else {
            answers.pack(claims)
        }
    }

    /// Nobody could say whether the batch may be sent, and it was not.
    package mutating func kept(_ batch: Batch) {
        answers.ready.putBack(batch)
    }

    /// What is claimed and wasn't sent yet.
    package var readyIDs: [ResponseID] { answers.ready.ids }

    /// Another collector has taken over: what was claimed isn't sent any more, and its fate is the other's affair.
    package mutating func lostClaims() {
        answers.unsettled = Settlement()
        _ = answers.ready.removeAll()
    }

    /// Takes in the result of sending a batch.
    ///
    /// - Parameter quota: of the API, if it told one.
    /// - Returns: what became of the claims and is to be counted.
    package mutating func answered(
        _ result: SendResult,
        to batch: Batch,
        quota: Pace.Quota? = nil,
        at now: Date
    ) -> DeliveryCounts {
        pace.observe(quota)
        return answers.answered(result, to: batch, at: now)
    }

    package mutating func settled() {
        queueBackoff.succeeded()
        answers.unsettled = Settlement()
    }

    /// True for the first failure in a row.
    package mutating func queueFailed(at now: Date) -> Bool {
        queueBackoff.failed(at: now, fraction: fraction())
    }

    /// What has to be settled before the worker ends, apart from the request in flight.
    package mutating func end(at now: Date) -> Settlement {
        answers.releaseReady(retryAt: now, reason: "the collector stopped before it was sent again")
        defer { answers.unsettled = Settlement() }
        return answers.unsettled
    }
}
