package import Foundation
package import NPSModel
package import NPSQueue
import PlanhatAPI

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

    /// Seconds until suspected responses are sent again, when nothing of the request can be under way.
    private static let moment: TimeInterval = 5
    private static let blamedBackoff = Backoff(base: 30, limit: 900)

    private let batchSize: Int
    private let grace: TimeInterval
    private let attemptLimit: Int
    private let fraction: @Sendable () -> Double
    private var idle = Idle.no
    private var ready: ReadyBatches
    private var unsettled = Settlement()
    private var rules: OutcomeRules
    private var poison: PoisonTracker
    private var systemic = SystemicRefusal()
    /// Whether the last answer to several responses told about each of them.
    private var tellsEach = true
    private var breaker: CircuitBreaker
    private var pace: Pace
    /// Of the last pause.
    private var lastPause: PauseReason?
    private var queueBackoff = QueueBackoff()
    private var lastAsked: Date?

    /// - Parameter fraction: random numbers, 0..<1
    package init(configuration: Configuration, fraction: @escaping @Sendable () -> Double) {
        batchSize = configuration.batchSize
        grace = configuration.grace
        attemptLimit = configuration.attemptLimit
        self.fraction = fraction
        ready = ReadyBatches(batchSize: batchSize, batchBytes: configuration.batchBytes)
        rules = OutcomeRules(configuration: configuration)
        poison = PoisonTracker(batchSize: batchSize)
        breaker = CircuitBreaker(timing: configuration.timing)
        pace = Pace(requestsPerMinute: configuration.requestsPerMinute)
    }

    package var status: DeliveryStatus {
        switch (breaker.news, idle) {
        case (.backingOff(let until, let reason), _): .backingOff(until: until, reason: reason)
        case (.paused(_, let sentence, let since), _): .paused(sentence: sentence, since: since)
        case (.closed, .no): .forwarding
        case (.closed, .until(let due)): .idle(until: due)
        }
    }

    /// Nil unless delivery is paused.
    package var pauseReason: PauseReason? { status.isPaused ? lastPause : nil }

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
        guard unsettled.isEmpty else {
            return now < queueBackoff.ready ? .wait(until: queueBackoff.ready) : .settle(unsettled)
        }
        if case .until(let due) = idle {
            guard let due, due <= now else { return .wait(until: due) }
            idle = .no
        }
        // Claimed only when the request can be sent at once: the later, the larger the batch, and the fewer responses
        // are found `sending` after a crash.
        let start = max(queueBackoff.ready, breaker.ready(at: now), pace.ready(at: now))
        guard start <= now else { return .wait(until: start) }
        guard let batch = ready.popFirst() else {
            let order = breaker.probesNewest ? ClaimOrder.newest : .oldest
            return .claim(limit: breaker.probesWithOne ? 1 : batchSize, order: order)
        }
        pace.spend(at: now)
        return .send(batch)
    }

    /// A clock that was set back must not stop everything for as long as it was set back.
    private mutating func notice(_ now: Date) {
        queueBackoff.notice(now)
        breaker.notice(now)
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
            if nextDue == nil { breaker.nothingIsLeft() }
            // A moment at least: a row that is due and yet can't be claimed must not make the loop spin.
            idle = .until(nextDue.map { max($0, now.addingTimeInterval(0.01)) })
        } else {
            ready.pack(claims, allowsCreate: !breaker.isProbing, poison: poison)
        }
    }

    /// Nobody could say whether the batch may be sent, and it was not.
    package mutating func kept(_ batch: Batch) {
        ready.putBack(batch)
    }

    /// What is claimed and wasn't sent yet.
    package var readyIDs: [ResponseID] { ready.ids }

    /// Another collector has taken over: what was claimed isn't sent any more, and its fate is the other's affair.
    package mutating func lostClaims() {
        unsettled = Settlement()
        _ = ready.removeAll()
    }

    package mutating func settled() {
        queueBackoff.succeeded()
        unsettled = Settlement()
    }

    /// True for the first failure in a row.
    package mutating func queueFailed(at now: Date) -> Bool {
        queueBackoff.failed(at: now, fraction: fraction())
    }

    /// What has to be settled before the worker ends, apart from the request in flight.
    package mutating func end(at now: Date) -> Settlement {
        releaseReady(retryAt: now, reason: "the collector stopped before it was sent again")
        defer { unsettled = Settlement() }
        return unsettled
    }
}

extension DeliveryPlan {
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
        let before = unsettled.verdicts.count
        switch result {
        case .created(let record): created(record, from: batch, at: now)
        case .upserted(let result): upserted(batch, result, at: now)
        case .failed(let error): failed(batch, error, at: now)
        }
        let verdicts = unsettled.verdicts.dropFirst(before)
        for verdict in verdicts { rules.forget(verdict) }
        return DeliveryCounts(verdicts, result)
    }

    private mutating func created(_ record: NPSRecord, from batch: Batch, at now: Date) {
        breaker.gotThrough()
        if record.id != nil {
            poison.gotThrough(batch.ids)
            systemic.gotThrough(batch.ids)
        }
        for claim in batch.claims {
            if let id = record.id {
                unsettled.settle(claim, .delivered(planhatID: id))
            } else {
                markAmbiguous(claim, of: batch, "the answer showed no record", at: now)
            }
        }
    }

    private mutating func upserted(_ batch: Batch, _ result: BulkResult, at now: Date) {
        poison.gotThrough(batch.ids)
        ready.wasAccepted(batch)
        let (verdicts, again) = rules.upserted(batch, result, at: now)
        ready.split(again)
        if !batch.isAlone { tellsEach = again.isEmpty }
        settle(verdicts, at: now)
    }

    /// Settles what the API says about single responses. It works, unless it refuses every one of them.
    private mutating func settle(_ verdicts: [Verdict], at now: Date) {
        let delivered = verdicts.filter(\.outcome.isDelivered).map(\.id)
        let isDelivered = !delivered.isEmpty
        if isDelivered { systemic.gotThrough(delivered) }
        let isNews = systemic.isNews(verdicts.map(\.id))
        var refused: [Verdict] = []
        var takenBack: [ResponseID] = []
        for verdict in verdicts {
            guard !isDelivered, case .park(let reason, _) = verdict.outcome,
                case .pause(let parked) = systemic.refused(verdict.id, reason)
            else {
                unsettled.add([verdict])
                continue
            }
            takenBack += parked
            refused.append(verdict)
        }
        guard let reason = systemic.reason else { return breaker.gotThrough() }
        let sentence = "Planhat refuses every response, and once that is fixed, delivery resumes by itself: " + reason
        lastPause = .everyResponse
        let until = breaker.refused(sentence, toldEach: tellsEach, isNews: isNews, at: now)
        unsettled.takeBack(takenBack, due: until)
        for verdict in refused {
            let outcome = Outcome.ambiguous(retryAt: until, reason: reason, countsAttempt: false)
            unsettled.add([Verdict(id: verdict.id, revision: verdict.revision, outcome: outcome)])
        }
        releaseReady(retryAt: until, reason: reason)
    }

    private mutating func failed(_ batch: Batch, _ error: PlanhatError, at now: Date) {
        switch error {
        case _ where error == .heldBack:
            // Nothing is known of the API by that.
            unsettled.postpone(batch, retryAt: now, reason: "another collector may forward by now")
        case .rejected(let status, _):
            if status == 413 { ready.wasTooLarge(batch) }
            reject(batch, error.description, isDuplicate: status == 409, at: now)
        case .invalidRequest:
            reject(batch, error.description, at: now)
        case .refused(.permission, let sentence, _)
        where batch.isAlone && batch.mayHaveArrived && breaker.state == .closed:
            for claim in batch.claims { unsettled.settle(claim, rules.denied(claim, sentence, at: now)) }
        case .refused(.tls, let sentence, _):
            lastPause = .tls
            let until = breaker.refused(sentence, at: now)
            unsettled.postpone(batch, retryAt: until, reason: sentence)
            releaseReady(retryAt: until, reason: sentence)
        case .notSent(let reason):
            let until = breaker.failed(reason, isUnreached: true, at: now, fraction: fraction())
            unsettled.postpone(batch, retryAt: until, reason: reason)
            releaseReady(retryAt: until, reason: reason)
        case .refused, .notFound, .rateLimited, .unavailable, .ambiguous:
            if let failure = RequestFailure(error) { failed(batch, failure, at: now) }
        }
    }

    /// Decides whose fault it is that a whole request failed.
    private mutating func failed(_ batch: Batch, _ failure: RequestFailure, at now: Date) {
        let blame = poison.failed(batch.ids)
        // Before the breaker hears of it: its state until now tells whether a response is alone in failing. While the
        // API answers nobody, a failure says nothing about a response.
        let countsAttempt = blame == .responses || breaker.state == .closed
        if batch.isAlone, let claim = batch.claims.first, poison.isKnown(claim.response.id) {
            return unsettled.settle(claim, blamed(claim, failure, countsAttempt: countsAttempt, at: now))
        }
        if failure.isUnclear {
            for claim in batch.claims {
                markAmbiguous(claim, of: batch, failure.reason, countsAttempt: countsAttempt, at: now)
            }
        }
        let isResponses = blame == .responses || (blame == .unclear && failure.asksForWait)
        // If a response is to blame, the others go on after a moment, with one ahead; these come behind them, in
        // smaller batches.
        let reason = isResponses ? "a request failed while others got through: " + failure.reason : failure.sentence
        let measure = isResponses ? RequestFailure.Measure.backOff(reason: reason) : failure.measure
        if let reason = failure.pauseReason { lastPause = reason }
        let until = breaker.failed(measure, at: now, fraction: fraction())
        if !failure.isUnclear {
            let least = failure.mayBeUnderWay ? grace : isResponses ? Self.moment : 0
            let retryAt = max(until, now.addingTimeInterval(least))
            unsettled.markAmbiguous(batch, retryAt: retryAt, reason: reason)
        }
        releaseReady(retryAt: until, reason: reason)
    }

    /// It fails alone, and did while others got through: that is no news about the API, and delivery goes on. It is
    /// tried again after a wait that grows, and parked in the end.
    private func blamed(_ claim: Claim, _ failure: RequestFailure, countsAttempt: Bool, at now: Date) -> Outcome {
        if claim.attempts >= attemptLimit, breaker.state == .closed {
            return .park(
                reason: ParkedKind.failingStart + failure.reason,
                mayHaveArrived: true
            )
        }
        let wait = Self.blamedBackoff.ceiling(failures: claim.attempts + 1)
        return .ambiguous(
            retryAt: now.addingTimeInterval(max(wait, grace)),
            reason: "fails while others get through: " + failure.reason,
            countsAttempt: countsAttempt
        )
    }

    /// The request is refused for what is in it.
    private mutating func reject(_ batch: Batch, _ reason: String, isDuplicate: Bool = false, at now: Date) {
        guard batch.isAlone else {
            tellsEach = false
            breaker.gotThrough()
            return ready.split(batch.claims)
        }
        let verdicts = batch.claims.map { claim in
            claim.settled(as: rules.refused(claim, of: batch, reason, isDuplicate: isDuplicate, at: now))
        }
        settle(verdicts, at: now)
    }

    private mutating func markAmbiguous(
        _ claim: Claim,
        of batch: Batch,
        _ reason: String,
        countsAttempt: Bool = true,
        at now: Date
    ) {
        let isOnlyFailure = batch.isAlone && breaker.state == .closed
        let outcome = rules.ambiguous(
            claim,
            isOnlyFailure: isOnlyFailure,
            countsAttempt: countsAttempt,
            reason,
            at: now
        )
        unsettled.settle(claim, outcome)
    }

    private mutating func releaseReady(retryAt: Date, reason: String) {
        for batch in ready.removeAll() { unsettled.release(batch, retryAt: retryAt, reason: reason) }
    }
}

extension Outcome {
    fileprivate var isDelivered: Bool {
        if case .delivered = self { true } else { false }
    }
}
