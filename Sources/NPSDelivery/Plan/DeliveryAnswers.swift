import Foundation
import NPSModel
import NPSQueue
import PlanhatAPI

/// What the API's answers mean: for the responses in a request, for those that are claimed besides, and for delivery as such.
struct DeliveryAnswers: Sendable {
    private let grace: TimeInterval
    private let fraction: @Sendable () -> Double
    var ready: ReadyBatches
    var unsettled = Settlement()
    var breaker: CircuitBreaker
    private var rules: OutcomeRules
    private var poison: PoisonTracker
    private var systemic = SystemicRefusal()
    /// Whether the last answer to several responses told about each of them.
    private var tellsEach = true
    /// Of the last pause.
    private(set) var lastPause: PauseReason?

    /// - Parameter fraction: random numbers, 0..<1
    init(configuration: DeliveryPlan.Configuration, fraction: @escaping @Sendable () -> Double) {
        grace = configuration.grace
        self.fraction = fraction
        ready = ReadyBatches(batchSize: configuration.batchSize, batchBytes: configuration.batchBytes)
        rules = OutcomeRules(configuration: configuration)
        poison = PoisonTracker(batchSize: configuration.batchSize)
        breaker = CircuitBreaker(timing: configuration.timing)
    }

    /// Makes batches of what was claimed, as the answers so far have it.
    mutating func pack(_ claims: [Claim]) {
        ready.pack(claims, allowsCreate: !breaker.isProbing, poison: poison)
    }

    /// Gives back what is claimed and wasn't sent.
    mutating func releaseReady(retryAt: Date, reason: String) {
        for batch in ready.removeAll() { unsettled.release(batch, retryAt: retryAt, reason: reason) }
    }

    /// - Returns: what became of the claims and is to be counted.
    mutating func answered(_ result: SendResult, to batch: Batch, at now: Date) -> DeliveryCounts {
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
}

extension DeliveryAnswers {
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
        let judgement = systemic.judge(verdicts)
        unsettled.add(judgement.settled)
        guard let reason = systemic.reason else { return breaker.gotThrough() }
        let sentence = "Planhat refuses every response, and once that is fixed, delivery resumes by itself: " + reason
        lastPause = .everyResponse
        let until = breaker.refused(sentence, toldEach: tellsEach, isNews: judgement.isNews, at: now)
        unsettled.takeBack(judgement.takenBack, due: until)
        for verdict in judgement.refused {
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
            return unsettled.settle(
                claim,
                rules.blamed(
                    claim,
                    failure,
                    isOnlyFailure: breaker.state == .closed,
                    countsAttempt: countsAttempt,
                    at: now
                )
            )
        }
        if failure.isUnclear {
            for claim in batch.claims {
                markAmbiguous(claim, of: batch, failure.reason, countsAttempt: countsAttempt, at: now)
            }
        }
        let consequence = failure.consequence(blaming: blame, grace: grace)
        if let reason = failure.pauseReason { lastPause = reason }
        let until = breaker.failed(consequence.measure, at: now, fraction: fraction())
        if !failure.isUnclear {
            let retryAt = max(until, now.addingTimeInterval(consequence.wait))
            unsettled.markAmbiguous(batch, retryAt: retryAt, reason: consequence.reason)
        }
        releaseReady(retryAt: until, reason: consequence.reason)
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
}
