package import Foundation
import NPSModel
import NPSQueue

extension DeliveryPlan {
    /// Takes in the answer to a batch.
    ///
    /// - Parameter quota: of the API, if the answer told it.
    /// - Returns: what became of the claims and is to be counted.
    package mutating func answered(
        _ answer: SendResult,
        to batch: Batch,
        quota: Pace.Quota? = nil,
        at now: Date
    ) -> DeliveryCounts {
        pace.observe(quota)
        let before = unsettled.verdicts.count
        switch answer {
        case .created(let id?, _):
            breaker.gotThrough()
            poison.gotThrough(batch.claims.map(\.response.id))
            for claim in batch.claims { unsettled.settle(claim, .delivered(planhatID: id)) }
        case .created(nil, _):
            breaker.gotThrough()
            for claim in batch.claims { markAmbiguous(claim, of: batch, "the answer showed no record", at: now) }
        case .upserted(let report):
            take(report, of: batch, at: now)
        case .rejected(let reason):
            reject(batch, reason, at: now)
        case .conflict(let reason):
            reject(batch, reason, isDuplicate: true, at: now)
        case .tooLarge(let reason):
            if !batch.isAlone { byteLimit.refused(batch.approximateBytes) }
            reject(batch, reason, at: now)
        case .denied(let sentence):
            deny(batch, sentence, at: now)
        case .notSent, .rateLimited, .unavailable, .ambiguous, .refused, .refusedAmbiguously:
            fail(batch, answer, at: now)
        }
        let verdicts = unsettled.verdicts.dropFirst(before)
        for verdict in verdicts where verdict.outcome.isFinal { ignoredOnce[verdict.id] = nil }
        var counts = DeliveryCounts(verdicts)
        if case .created(_?, isLinked: false) = answer { counts.unlinked = batch.claims.map(\.response.id) }
        return counts
    }

    private mutating func take(_ report: BulkReport, of batch: Batch, at now: Date) {
        breaker.gotThrough()
        poison.gotThrough(batch.claims.map(\.response.id))
        byteLimit.accepted(batch.approximateBytes)
        let reading = BulkReading(report, of: batch)
        var again: [Claim] = []
        for claim in batch.claims {
            switch reading.finding(claim) {
            case .delivered(let id):
                unsettled.settle(claim, .delivered(planhatID: id))
            case .problem(let reason):
                refuse(claim, of: batch, reason, at: now, again: &again)
            case .ignored:
                ignore(claim, of: batch, at: now)
            case .unproven(let reason):
                if batch.isAlone {
                    markAmbiguous(claim, of: batch, reason ?? "the answer's counts prove nothing", at: now)
                } else {
                    again.append(claim)
                }
            }
        }
        readyBatches.insert(contentsOf: Batch.halves(again), at: 0)
    }

    private mutating func refuse(
        _ claim: Claim,
        of batch: Batch,
        _ reason: String,
        isDuplicate: Bool = false,
        at now: Date,
        again: inout [Claim]
    ) {
        // "…duplicated" may be about the record that an earlier request of ours made; an upsert on its own tells.
        guard isDuplicate || Self.speaksOfDuplicate(reason) else {
            return unsettled.park(claim, of: batch, reason)
        }
        if !batch.isAlone {
            again.append(claim)
        } else if claim.attempts < 3 {
            unsettled.settle(claim, .ambiguous(retryAt: now.addingTimeInterval(configuration.grace), reason: reason))
        } else {
            unsettled.park(claim, of: batch, reason)
        }
    }

    private mutating func ignore(_ claim: Claim, of batch: Batch, at now: Date) {
        if ignoredOnce[claim.response.id] == claim.revision {
            unsettled.park(claim, of: batch, "ignored by Planhat (unknown contact or domain?)")
        } else {
            if ignoredOnce.count >= Self.ignoredLimit { ignoredOnce = [:] }
            ignoredOnce[claim.response.id] = claim.revision
            let reason = "Planhat counted no record for it"
            unsettled.settle(claim, .ambiguous(retryAt: now.addingTimeInterval(configuration.grace), reason: reason))
        }
    }

    /// More than are ever left out at a time; some that are remembered may have been erased.
    private static let ignoredLimit = 100_000

    private mutating func reject(_ batch: Batch, _ reason: String, isDuplicate: Bool = false, at now: Date) {
        breaker.gotThrough()
        guard batch.isAlone else {
            readyBatches.insert(contentsOf: Batch.halves(batch.claims), at: 0)
            return
        }
        var none: [Claim] = []
        for claim in batch.claims {
            refuse(claim, of: batch, reason, isDuplicate: isDuplicate, at: now, again: &none)
        }
    }

    private static func speaksOfDuplicate(_ reason: String) -> Bool {
        ["duplicat", "already exist"].contains { reason.range(of: $0, options: .caseInsensitive) != nil }
    }

    /// Trouble that isn't about one response: whatever is in hand goes back, and the breaker says when to go on.
    private mutating func fail(_ batch: Batch, _ answer: SendResult, at now: Date) {
        switch answer {
        case .notSent(let reason, let isAnswered):
            let until = breaker.failed(reason, isUnreached: !isAnswered, at: now, fraction: fraction())
            if batch.mayHaveArrived {
                unsettled.giveBack(batch, retryAt: until, reason: reason)
            } else {
                for claim in batch.claims { postpone(claim, to: until, reason) }
            }
            dropHand(retryAt: until, reason: reason)
        case .rateLimited(let retryAfter):
            wait(with: batch, retryAfter, "Planhat's rate limit is reached", at: now)
        case .unavailable(let retryAfter):
            wait(with: batch, retryAfter, "Planhat is closed for a while (503)", at: now)
        case .refused(let sentence):
            pause(batch, sentence, at: now)
        case .refusedAmbiguously(let sentence):
            pause(batch, sentence, isAmbiguous: true, at: now)
        case .ambiguous(let reason):
            poison.failed(batch.claims.map(\.response.id))
            // Before the breaker hears of it: whether this response is alone in failing is what it knew until now.
            for claim in batch.claims { markAmbiguous(claim, of: batch, reason, at: now) }
            let until = breaker.failed(reason, at: now, fraction: fraction())
            dropHand(retryAt: until, reason: reason)
        case .created, .upserted, .rejected, .conflict, .tooLarge, .denied:
            break
        }
    }

    /// For as long as the API asks.
    private mutating func wait(with batch: Batch, _ retryAfter: TimeInterval?, _ reason: String, at now: Date) {
        let until = breaker.limited(retryAfter: retryAfter, reason: reason, at: now)
        readyBatches.insert(batch, at: 0)
        dropHand(retryAt: until, reason: reason)
    }

    /// - Parameter isAmbiguous: this very request may have arrived.
    private mutating func pause(_ batch: Batch, _ sentence: String, isAmbiguous: Bool = false, at now: Date) {
        poison.failed(batch.claims.map(\.response.id))
        if batch.isAlone, let claim = batch.claims.first, isOffensive(claim) {
            // Some firewall dislikes a text, or the like: waiting for a person must not keep the others waiting.
            return unsettled.settle(
                claim,
                .park(
                    reason: "refused again and again while others got through: " + sentence,
                    mayHaveArrived: isAmbiguous || batch.mayHaveArrived
                )
            )
        }
        let isProbe = batch.isAlone && breaker.isProbing && !batch.mayHaveArrived
        let until = breaker.refused(sentence, at: now)
        if isAmbiguous {
            unsettled.markAmbiguous(batch, retryAt: until, reason: sentence)
        } else if isProbe {
            for claim in batch.claims { postpone(claim, to: until, sentence) }
        } else {
            readyBatches.insert(batch, at: 0)
        }
        dropHand(retryAt: until, reason: sentence)
    }

    /// Refused on its own three times, each after others had got through.
    private func isOffensive(_ claim: Claim) -> Bool {
        let alone = Int.bitWidth - (configuration.batchSize - 1).leadingZeroBitCount
        return poison.strikes(claim.response.id) >= max(alone, 0) + 3
    }

    /// Whoever is denied after its company got through is denied for itself; seen three times, to be sure that the
    /// account's permission wasn't withdrawn in between.
    private mutating func deny(_ batch: Batch, _ sentence: String, at now: Date) {
        let isItsOwn = batch.isAlone && batch.mayHaveArrived && breaker.state == .closed
        guard isItsOwn else { return pause(batch, sentence, at: now) }
        for claim in batch.claims {
            let retryAt = now.addingTimeInterval(configuration.grace)
            unsettled.settle(
                claim,
                claim.attempts < 2
                    ? .ambiguous(retryAt: retryAt, reason: sentence) : .park(reason: sentence, mayHaveArrived: true)
            )
        }
    }

    /// Without an attempt counted, and with a date of its own: the next probe is another response, in case that it is
    /// this one that the API takes offence at.
    private mutating func postpone(_ claim: Claim, to date: Date, _ reason: String) {
        unsettled.settle(claim, .retry(at: date, reason: reason, countsAttempt: false))
    }

    private mutating func markAmbiguous(_ claim: Claim, of batch: Batch, _ reason: String, at now: Date) {
        let isTheOnlyOne = batch.isAlone && breaker.state == .closed
        guard claim.attempts < configuration.attemptLimit || !isTheOnlyOne else {
            let reason = "never a clear answer, while others arrive: " + reason
            return unsettled.settle(claim, .park(reason: reason, mayHaveArrived: true))
        }
        let wait = claim.attempts < configuration.promptAttempts ? configuration.grace : configuration.seldom
        let retryAt = now.addingTimeInterval(max(wait, configuration.grace))
        unsettled.settle(claim, .ambiguous(retryAt: retryAt, reason: reason))
    }
}

extension Outcome {
    fileprivate var isFinal: Bool {
        switch self {
        case .delivered, .park: true
        case .retry, .ambiguous: false
        }
    }
}
