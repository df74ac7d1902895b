import Foundation
import NPSModel
import NPSQueue
import PlanhatAPI

/// Turns an answer into verdicts on single responses. Status alone proves nothing: each response needs its own proof.
struct Judgement {
    /// What to do with the claims of one request.
    enum Action: Equatable {
        /// All of them are decided.
        case settle([Verdict])
        /// Those that are decided, and those that have to be sent again one by one to find out.
        case settleAndIsolate([Verdict], [Claim])
    }

    /// Seconds until a response with an unknown outcome is sent again: its first request may still be under way.
    let ambiguousGrace: TimeInterval
    let now: Date
    /// From 0 up to 1.
    let random: @Sendable () -> Double

    func created(_ record: NPSRecord, _ claim: Claim) -> Verdict {
        verdict(claim, .delivered(planhatID: record.id))
    }

    /// - Parameter isAlone: whether the request carried this one response only.
    func upserted(_ result: BulkResult, _ claims: [Claim]) -> Action {
        var verdicts: [Verdict] = []
        var open: [Claim] = []
        let allProved = result.errors.isEmpty && result.applied >= claims.count
        for claim in claims {
            if let keys = result.proof(of: claim.response.id.rawValue) {
                verdicts.append(verdict(claim, .delivered(planhatID: keys.id)))
            } else if allProved {
                verdicts.append(verdict(claim, .delivered(planhatID: nil)))
            } else if let reason = reason(for: claim, in: result, isAlone: claims.count == 1) {
                verdicts.append(verdict(claim, .park(reason: reason)))
            } else {
                open.append(claim)
            }
        }
        if open.isEmpty { return .settle(verdicts) }
        if claims.count > 1 { return .settleAndIsolate(verdicts, open) }
        return .settle(verdicts + open.map(unproved))
    }

    /// Neither proved nor refused, and sent alone: Planhat ignores contacts that it can't place.
    private func unproved(_ claim: Claim) -> Verdict {
        guard claim.attempts == 0 || !claim.mustUpsert else {
            return verdict(claim, .park(reason: "Planhat ignored it: is the contact or its domain unknown there?"))
        }
        return verdict(
            claim,
            .ambiguous(retryAt: nextTry(claim), reason: "The answer proves nothing.")
        )
    }

    /// The error entry that names this response; the only one there is when it was sent alone.
    private func reason(for claim: Claim, in result: BulkResult, isAlone: Bool) -> String? {
        let email = claim.response.email.address
        let own = result.errors.first { entry in
            let text = String(decoding: entry.canonical, as: UTF8.self)
            return text.contains("\"\(claim.response.id.rawValue)\"") || text.contains(claim.response.id.rawValue)
                || text.contains("\"\(email)\"")
        }
        guard let entry = own ?? (isAlone ? result.errors.first : nil) else { return nil }
        let text = entry["message"]?.string ?? entry["error"]?.string ?? entry.string ?? "without a reason"
        return "Planhat refused it: " + Redaction.shortened(text)
    }

    /// Verdicts on everything that a failed request carried.
    func failed(_ error: PlanhatError, _ claims: [Claim]) -> Action {
        switch error.disposition {
        case .retry, .rateLimited, .paused:
            return .settle([])
        case .ambiguous:
            return .settle(claims.map { verdict($0, .ambiguous(retryAt: nextTry($0), reason: error.description)) })
        case .rejected, .invalid:
            guard claims.count == 1 else { return .settleAndIsolate([], claims) }
            return .settle(claims.map { verdict($0, .park(reason: error.description)) })
        }
    }

    /// The grace at first, longer with each attempt that came to nothing, never over five minutes.
    private func nextTry(_ claim: Claim) -> Date {
        let doubled = ambiguousGrace * Double(1 << min(max(claim.attempts, 0), 8))
        let longest = max(ambiguousGrace, Backoff.longest)
        return now.addingTimeInterval(min(longest, doubled) + ambiguousGrace * 0.2 * random())
    }

    private func verdict(_ claim: Claim, _ outcome: Outcome) -> Verdict {
        Verdict(id: claim.response.id, revision: claim.revision, outcome: outcome)
    }
}
