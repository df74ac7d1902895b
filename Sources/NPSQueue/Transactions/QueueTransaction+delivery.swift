import Foundation
import NPSModel

extension QueueTransaction {
    /// Longer than any retry or hold waits: a later date was set while the clock was wrong, and counts as due.
    private static let longestWait: Duration = .seconds(3_600)

    /// After the clock was set back, makes due again what was due by the former clock, so that it doesn't wait until
    /// the clock is there once more.
    ///
    /// What is ambiguous has to wait for its grace. Within one process it has done so when the former clock says so;
    /// what the last process saw is less certain, so after a start the ambiguous wait on.
    mutating func noticeClock() throws {
        let former = state.latest ?? state.time.confirmed ?? now
        guard former > now + ConfirmedTime.slewing else {
            state.latest = max(former, now)
            return
        }
        let part = try rows.advanceDue(to: now, from: former, sparesAmbiguous: state.latest == nil)
        if part.count > 0 { leavesDue = true }
        if part.isComplete { state.latest = now }
    }

    /// ``ClaimOrder/newest`` looks at no more than so many: after an outage many may have been tried.
    private static let newestLimit = 1_000

    /// Turns responses that are due into `sending`. They are returned as they were before.
    mutating func claimDue(limit: Int, order: ClaimOrder) throws -> [StoredResponse] {
        guard sendsFrom == nil else { return [] }
        var claimed: [StoredResponse] = []
        if order == .newest {
            claimed += try claim(.untried(by: now, among: Self.newestLimit, limit: limit))
        }
        if claimed.count < limit { claimed += try claim(.due(by: now, limit: limit - claimed.count)) }
        if claimed.count < limit {
            claimed += try claim(.dueAfter(now + Self.longestWait, limit: limit - claimed.count))
        }
        // Each claim has a number of its own: a database that was saved before it must have a lower one.
        if !claimed.isEmpty { state.epoch?.number += 1 }
        return claimed
    }

    /// When a queue that was put back begins to send, by which time nothing that it doesn't know of is under way any more; nil
    /// when it may.
    var sendsFrom: Milliseconds? {
        guard let date = state.epoch?.sendsFrom, date > now, date <= now + Self.longestWait else { return nil }
        return date
    }

    private mutating func claim(_ selection: ResponseSelection) throws -> [StoredResponse] {
        let due = try rows.load(selection)
        try rows.markSending(due)
        for response in due {
            state.books.move(from: .pending, to: .sending)
            state.claimed.insert(response.sequence)
        }
        return due
    }

    /// Applies verdicts. Ignores unknown ids.
    mutating func settle(_ verdicts: [Verdict]) throws {
        try applyOnce(verdicts, id: \.id, among: ResponseSelection.claims) { transaction, verdict, response in
            transaction.settle(response, verdict)
        }
    }

    /// The change is nil when the verdict changes nothing.
    private mutating func settle(_ response: StoredResponse, _ verdict: Verdict) -> ResponseChange? {
        forgetClaim(of: response)
        var new = response
        let attempt = new.lifecycle.settle(verdict.outcome, revision: verdict.revision, at: now)
        guard new.lifecycle != response.lifecycle else { return nil }
        if new.lifecycle.state == .erased, new.lifecycle.remote == nil { new.person = nil }
        if new.lifecycle.state == .delivered {
            new.contentDigest = verdict.contentDigest.map(personKey.keyed) ?? contentDigest(of: response)
        }
        if let attempt { new.history.add(attempt, isDelivered: new.lifecycle.state == .delivered) }
        return ResponseChange(old: response, new: new)
    }

    private func contentDigest(of response: StoredResponse) -> KeyedDigest? {
        response.content?.response(id: response.id, source: response.source)?.contentDigest.map(personKey.keyed)
    }

    /// Takes claims back without an attempt. Ignores unknown ids.
    mutating func release(_ ids: [ResponseID]) throws {
        try release(rows.leavingUnopened.load(.claims(ids)))
    }

    private mutating func release(_ responses: [StoredResponse]) throws {
        var changes: [ResponseChange] = []
        for response in responses {
            forgetClaim(of: response)
            var new = response
            new.lifecycle.release(at: now)
            guard new.lifecycle != response.lifecycle else { continue }
            if new.lifecycle.state == .erased, new.lifecycle.remote == nil { new.person = nil }
            changes.append(ResponseChange(old: response, new: new))
        }
        let wasDue = leavesDue
        try save(changes)
        // Whoever gives back knows.
        leavesDue = wasDue
    }

    /// It may have been settled by a commit that was reported as failed and became durable all the same.
    private mutating func forgetClaim(of response: StoredResponse) {
        if response.lifecycle.state != .sending { state.claimed.remove(response.sequence) }
    }

    /// When the next pending response is due; nil when none is pending.
    func nextDue() throws -> Date? {
        guard let due = try rows.due() else { return nil }
        let first = due.upperBound > now + Self.longestWait ? min(due.lowerBound, now) : due.lowerBound
        return max(first, sendsFrom ?? first).date
    }
}

extension QueueTransaction {
    /// Loads the responses that the elements are about, and saves what becomes of them. When several elements have the
    /// same id, each later one gets what the one before it left.
    ///
    /// - Parameters:
    ///   - selection: which of the responses with these ids are meant.
    ///   - change: nil for none.
    mutating func applyOnce<Element>(
        _ elements: [Element],
        id: (Element) -> ResponseID,
        among selection: ([ResponseID]) -> ResponseSelection,
        _ change: (inout QueueTransaction, Element, StoredResponse) throws -> ResponseChange?
    ) throws {
        var rest = elements[...]
        while !rest.isEmpty {
            var seen: Set<ResponseID> = []
            let set = rest.prefix { seen.insert(id($0)).inserted }
            rest = rest.dropFirst(set.count)
            let stored = Dictionary(
                try rows.leavingUnopened.load(selection(set.map(id))).map { ($0.id, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            var changes: [ResponseChange] = []
            for element in set {
                guard let response = stored[id(element)] else { continue }
                if let change = try change(&self, element, response) { changes.append(change) }
            }
            try save(changes)
        }
    }
}

extension QueueTransaction {
    /// Makes ambiguous the next of what was being sent when the last process ended, since it may have arrived.
    ///
    /// - Parameters:
    ///   - sequence: the last that the slice before handled; 0 for the first slice.
    ///   - grace: seconds until they are due, by how many all are.
    /// - Returns: how many became pending again, and the last of them; nil when there are no more.
    mutating func interruptSending(
        after sequence: Int64,
        limit: Int,
        grace: (Int) -> TimeInterval
    ) throws -> (count: Int, last: Int64?) {
        if sequence == 0 { try beginInterruption(grace: grace) }
        let rows = rows.leavingUnopened
        let sending = try rows.load(.sending(by: .former, after: sequence, limit: limit))
        let isLast = sending.count < limit
        // Few: a person is erased by hand.
        let erased = isLast ? try rows.load(.erasedWhileSending(by: .former)) : []
        let count = sending.count { !state.claimed.contains($0.sequence) }
        let interrupted = (sending + erased).filter { !state.claimed.contains($0.sequence) }
        let outcome = Outcome.ambiguous(
            retryAt: (state.books.interruptedUntil ?? now).date,
            reason: "ambiguous: the collector stopped while sending",
            countsAttempt: false
        )
        var changes: [ResponseChange] = []
        for response in interrupted {
            let verdict = Verdict(id: response.id, revision: response.lifecycle.revision, outcome: outcome)
            if let change = settle(response, verdict) { changes.append(change) }
        }
        try save(changes)
        if isLast { state.books.interruptedUntil = nil }
        return (count, isLast ? nil : sending.last?.sequence)
    }

    /// Decides until when all of them wait. When a stop interrupted this, what is left waits for as long as the rest.
    private mutating func beginInterruption(grace: (Int) -> TimeInterval) throws {
        let erased = try rows.load(.erasedWhileSending(by: .former)).count
        let count = state.books.sending - state.claimed.count + erased
        let until = Milliseconds(now.date.addingTimeInterval(grace(max(0, count))))
        let former = state.books.interruptedUntil.flatMap { $0 > now + Self.longestWait ? nil : $0 }
        state.books.interruptedUntil = max(until, former ?? until)
    }

    /// Takes back the claims that no caller ever received, because their commit was reported as failed: those among the
    /// next `limit` that are being sent. Returns the last that it looked at; nil when there are no more.
    mutating func releaseUnclaimed(after sequence: Int64, limit: Int) throws -> Int64? {
        let rows = rows.leavingUnopened
        let sending = try rows.load(.sending(by: .this, after: sequence, limit: limit))
        let isLast = sending.count < limit
        // Another collector may have erased one meanwhile.
        let erased = isLast ? try rows.load(.erasedWhileSending(by: .this)) : []
        let unclaimed = (sending + erased).filter { !state.claimed.contains($0.sequence) }
        try release(unclaimed)
        if !unclaimed.isEmpty { leavesDue = true }
        return isLast ? nil : sending.last?.sequence
    }
}
