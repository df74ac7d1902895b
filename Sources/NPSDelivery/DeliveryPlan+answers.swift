package import Foundation
import NPSModel
import NPSQueue

extension DeliveryPlan {
    /// Takes in the answer to a shipment.
    ///
    /// - Parameter quota: of the API, if the answer told it.
    /// - Returns: what became of the claims and is to be counted.
    package mutating func answered(
        _ answer: Answer,
        to shipment: Shipment,
        quota: Pace.Quota? = nil,
        at now: Date
    ) -> Tally {
        pace.observe(quota)
        let before = unsettled.verdicts.count
        switch answer {
        case .created(let id?, _):
            breaker.gotThrough()
            suspicion.gotThrough(shipment.claims.map(\.response.id))
            for claim in shipment.claims { unsettled.settle(claim, .delivered(planhatID: id)) }
        case .created(nil, _):
            breaker.gotThrough()
            for claim in shipment.claims { doubt(claim, of: shipment, "the answer showed no record", at: now) }
        case .upserted(let report):
            take(report, of: shipment, at: now)
        case .rejected(let reason):
            reject(shipment, reason, at: now)
        case .conflict(let reason):
            reject(shipment, reason, isDuplicate: true, at: now)
        case .tooLarge(let reason):
            if !shipment.isAlone { byteLimit.refused(shipment.approximateBytes) }
            reject(shipment, reason, at: now)
        case .denied(let sentence):
            deny(shipment, sentence, at: now)
        case .notSent, .rateLimited, .unavailable, .ambiguous, .refused, .refusedInDoubt:
            fail(shipment, answer, at: now)
        }
        let verdicts = unsettled.verdicts.dropFirst(before)
        for verdict in verdicts where verdict.outcome.isFinal { ignoredOnce[verdict.id] = nil }
        var tally = Tally(verdicts)
        if case .created(_?, isLinked: false) = answer { tally.unlinked = shipment.claims.map(\.response.id) }
        return tally
    }

    private mutating func take(_ report: BulkReport, of shipment: Shipment, at now: Date) {
        breaker.gotThrough()
        suspicion.gotThrough(shipment.claims.map(\.response.id))
        byteLimit.accepted(shipment.approximateBytes)
        let reading = BulkReading(report, of: shipment)
        var again: [Claim] = []
        for claim in shipment.claims {
            switch reading.finding(claim) {
            case .delivered(let id):
                unsettled.settle(claim, .delivered(planhatID: id))
            case .problem(let reason):
                refuse(claim, of: shipment, reason, at: now, again: &again)
            case .ignored:
                ignore(claim, of: shipment, at: now)
            case .unproven(let reason):
                if shipment.isAlone {
                    doubt(claim, of: shipment, reason ?? "the answer's counts prove nothing", at: now)
                } else {
                    again.append(claim)
                }
            }
        }
        hand.insert(contentsOf: Shipment.halves(again), at: 0)
    }

    private mutating func refuse(
        _ claim: Claim,
        of shipment: Shipment,
        _ reason: String,
        isDuplicate: Bool = false,
        at now: Date,
        again: inout [Claim]
    ) {
        // "…duplicated" may be about the record that an earlier request of ours made; an upsert on its own tells.
        guard isDuplicate || Self.speaksOfDuplicate(reason) else {
            return unsettled.park(claim, of: shipment, reason)
        }
        if !shipment.isAlone {
            again.append(claim)
        } else if claim.attempts < 3 {
            unsettled.settle(claim, .ambiguous(retryAt: now.addingTimeInterval(configuration.grace), reason: reason))
        } else {
            unsettled.park(claim, of: shipment, reason)
        }
    }

    private mutating func ignore(_ claim: Claim, of shipment: Shipment, at now: Date) {
        if ignoredOnce[claim.response.id] == claim.revision {
            unsettled.park(claim, of: shipment, "ignored by Planhat (unknown contact or domain?)")
        } else {
            if ignoredOnce.count >= Self.ignoredLimit { ignoredOnce = [:] }
            ignoredOnce[claim.response.id] = claim.revision
            let reason = "Planhat counted no record for it"
            unsettled.settle(claim, .ambiguous(retryAt: now.addingTimeInterval(configuration.grace), reason: reason))
        }
    }

    /// More than are ever left out at a time; some that are remembered may have been erased.
    private static let ignoredLimit = 100_000

    private mutating func reject(_ shipment: Shipment, _ reason: String, isDuplicate: Bool = false, at now: Date) {
        breaker.gotThrough()
        guard shipment.isAlone else {
            hand.insert(contentsOf: Shipment.halves(shipment.claims), at: 0)
            return
        }
        var none: [Claim] = []
        for claim in shipment.claims {
            refuse(claim, of: shipment, reason, isDuplicate: isDuplicate, at: now, again: &none)
        }
    }

    private static func speaksOfDuplicate(_ reason: String) -> Bool {
        ["duplicat", "already exist"].contains { reason.range(of: $0, options: .caseInsensitive) != nil }
    }

    /// Trouble that isn't about one response: whatever is in hand goes back, and the breaker says when to go on.
    private mutating func fail(_ shipment: Shipment, _ answer: Answer, at now: Date) {
        switch answer {
        case .notSent(let reason, let isAnswered):
            let until = breaker.failed(reason, isUnreached: !isAnswered, at: now, fraction: fraction())
            if shipment.mayHaveArrived {
                unsettled.giveBack(shipment, retryAt: until, reason: reason)
            } else {
                for claim in shipment.claims { postpone(claim, to: until, reason) }
            }
            dropHand(retryAt: until, reason: reason)
        case .rateLimited(let retryAfter):
            wait(with: shipment, retryAfter, "Planhat's rate limit is reached", at: now)
        case .unavailable(let retryAfter):
            wait(with: shipment, retryAfter, "Planhat is closed for a while (503)", at: now)
        case .refused(let sentence):
            pause(shipment, sentence, at: now)
        case .refusedInDoubt(let sentence):
            pause(shipment, sentence, inDoubt: true, at: now)
        case .ambiguous(let reason):
            suspicion.failed(shipment.claims.map(\.response.id))
            // Before the breaker hears of it: whether this response is alone in failing is what it knew until now.
            for claim in shipment.claims { doubt(claim, of: shipment, reason, at: now) }
            let until = breaker.failed(reason, at: now, fraction: fraction())
            dropHand(retryAt: until, reason: reason)
        case .created, .upserted, .rejected, .conflict, .tooLarge, .denied:
            break
        }
    }

    /// For as long as the API asks.
    private mutating func wait(with shipment: Shipment, _ retryAfter: TimeInterval?, _ reason: String, at now: Date) {
        let until = breaker.limited(retryAfter: retryAfter, reason: reason, at: now)
        hand.insert(shipment, at: 0)
        dropHand(retryAt: until, reason: reason)
    }

    /// - Parameter inDoubt: this very request may have arrived.
    private mutating func pause(_ shipment: Shipment, _ sentence: String, inDoubt: Bool = false, at now: Date) {
        suspicion.failed(shipment.claims.map(\.response.id))
        if shipment.isAlone, let claim = shipment.claims.first, isOffensive(claim) {
            // Some firewall dislikes a text, or the like: waiting for a person must not keep the others waiting.
            return unsettled.settle(
                claim,
                .park(
                    reason: "refused again and again while others got through: " + sentence,
                    mayHaveArrived: inDoubt || shipment.mayHaveArrived
                )
            )
        }
        let isProbe = shipment.isAlone && breaker.isProbing && !shipment.mayHaveArrived
        let until = breaker.refused(sentence, at: now)
        if inDoubt {
            unsettled.doubt(shipment, retryAt: until, reason: sentence)
        } else if isProbe {
            for claim in shipment.claims { postpone(claim, to: until, sentence) }
        } else {
            hand.insert(shipment, at: 0)
        }
        dropHand(retryAt: until, reason: sentence)
    }

    /// Refused on its own three times, each after others had got through.
    private func isOffensive(_ claim: Claim) -> Bool {
        let alone = Int.bitWidth - (configuration.batchSize - 1).leadingZeroBitCount
        return suspicion.strikes(claim.response.id) >= max(alone, 0) + 3
    }

    /// Whoever is denied after its company got through is denied for itself; seen three times, to be sure that the
    /// account's permission wasn't withdrawn in between.
    private mutating func deny(_ shipment: Shipment, _ sentence: String, at now: Date) {
        let isItsOwn = shipment.isAlone && shipment.mayHaveArrived && breaker.state == .closed
        guard isItsOwn else { return pause(shipment, sentence, at: now) }
        for claim in shipment.claims {
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

    private mutating func doubt(_ claim: Claim, of shipment: Shipment, _ reason: String, at now: Date) {
        let isTheOnlyOne = shipment.isAlone && breaker.state == .closed
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
