import Foundation
import GRDB
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
        let ambiguous = state.latest == nil ? "AND must_upsert = 0" : ""
        try execute(
            """
            UPDATE responses INDEXED BY responses_due SET next_attempt_at = ?1
            WHERE state = 'pending' AND next_attempt_at > ?1 AND next_attempt_at <= ?2 AND held_until IS NULL \(ambiguous)
            """,
            [now, former]
        )
        if database.changesCount > 0 { leavesDue = true }
        state.latest = now
    }

    /// ``ClaimOrder/newest`` looks at no more than so many: after an outage many may have been tried.
    private static let newestLimit = 1_000

    /// Turns responses that are due into `sending`.
    mutating func claimDue(limit: Int, order: ClaimOrder) throws -> [ClaimedRow] {
        var claimed = order == .newest ? try claim(untried(limit: limit)) : []
        if claimed.count < limit {
            claimed += try claim(pending("next_attempt_at <= ?", now, limit: limit - claimed.count))
        }
        if claimed.count < limit {
            let late = now + Self.longestWait
            claimed += try claim(pending("next_attempt_at > ?", late, limit: limit - claimed.count))
        }
        return claimed
    }

    private mutating func claim(_ due: [DueResponse]) throws -> [ClaimedRow] {
        for response in due {
            try execute(
                "UPDATE responses SET state = 'sending', held_until = NULL WHERE sequence = ?",
                [response.sequence]
            )
            state.books.move(from: .pending, to: .sending)
            state.claimed.insert(response.sequence)
        }
        return due.map(\.claimed)
    }

    /// What is due and has no reason yet, the newest first.
    private func untried(limit: Int) throws -> [DueResponse] {
        let first: Int64? = try database.fetchValue(
            """
            SELECT sequence FROM responses INDEXED BY responses_by_state
            WHERE state = 'pending' ORDER BY sequence DESC LIMIT 1 OFFSET ?
            """,
            [Self.newestLimit - 1]
        )
        return try database.fetchAll(
            DueResponse.self,
            from: """
                responses INDEXED BY responses_by_state
                WHERE state = 'pending' AND sequence >= ? AND next_attempt_at <= ? AND reason IS NULL
                ORDER BY sequence DESC LIMIT ?
                """,
            [first ?? 0, now, limit]
        )
    }

    private func pending(_ condition: String, _ date: Milliseconds, limit: Int) throws -> [DueResponse] {
        try database.fetchAll(
            DueResponse.self,
            from: """
                responses INDEXED BY responses_due
                WHERE state = 'pending' AND \(condition) ORDER BY next_attempt_at, sequence LIMIT ?
                """,
            [date, limit]
        )
    }

    /// Applies a verdict. Ignores an unknown id.
    mutating func settle(_ id: String, _ outcome: Outcome, revision: Int) throws {
        guard let response = try response(id) else { return }
        try settle(response, outcome, revision: revision)
    }

    private mutating func settle(_ response: StoredResponse, _ outcome: Outcome, revision: Int) throws {
        var response = response
        let old = response.lifecycle.state
        let before = response.lifecycle
        forgetClaim(of: response)
        let attempt = response.lifecycle.settle(outcome, revision: revision, at: now)
        guard response.lifecycle != before else { return }
        if response.lifecycle.state == .erased, response.lifecycle.remote == nil { response.person = nil }
        try save(response, was: old)
        guard let attempt else { return }
        try record(attempt, of: response.sequence)
        if let next = response.lifecycle.nextAttemptAt, next <= now { leavesDue = true }
    }

    /// Takes a claim back without an attempt. Ignores an unknown id.
    mutating func release(_ id: ResponseID) throws {
        guard let response = try response(id.rawValue) else { return }
        try release(response)
    }

    private mutating func release(_ response: StoredResponse) throws {
        var response = response
        let old = response.lifecycle
        forgetClaim(of: response)
        response.lifecycle.release(at: now)
        guard response.lifecycle != old else { return }
        if response.lifecycle.state == .erased, response.lifecycle.remote == nil { response.person = nil }
        try save(response, was: old.state)
    }

    /// It may have been settled by a commit that was reported as failed and became durable all the same.
    private mutating func forgetClaim(of response: StoredResponse) {
        if response.lifecycle.state != .sending { state.claimed.remove(response.sequence) }
    }

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
        let sending = try responses(in: .sending, after: sequence, limit: limit)
        var interrupted = sending.filter { !state.claimed.contains($0.sequence) }
        let count = interrupted.count
        let isLast = sending.count < limit
        // Few: a person is erased by hand.
        if isLast { interrupted += try responsesErasedWhileSending() }
        let outcome = Outcome.ambiguous(
            retryAt: (state.books.interruptedUntil ?? now).date,
            reason: "ambiguous: the collector stopped while sending",
            countsAttempt: false
        )
        for response in interrupted { try settle(response, outcome, revision: response.lifecycle.revision) }
        if isLast { state.books.interruptedUntil = nil }
        return (count, isLast ? nil : sending.last?.sequence)
    }

    /// Decides until when all of them wait. When a stop interrupted this, what is left waits for as long as the rest.
    private mutating func beginInterruption(grace: (Int) -> TimeInterval) throws {
        let count = try state.books.sending - state.claimed.count + responsesErasedWhileSending().count
        let until = Milliseconds(now.date.addingTimeInterval(grace(max(0, count))))
        let former = state.books.interruptedUntil.flatMap { $0 > now + Self.longestWait ? nil : $0 }
        state.books.interruptedUntil = max(until, former ?? until)
    }

    /// Takes back the claims that no caller ever received, because their commit was reported as failed: those among the
    /// next `limit` that are being sent. Returns the last that it looked at; nil when there are no more.
    mutating func releaseUnclaimed(after sequence: Int64, limit: Int) throws -> Int64? {
        let sending = try responses(in: .sending, after: sequence, limit: limit)
        for response in sending where !state.claimed.contains(response.sequence) {
            try release(response)
            leavesDue = true
        }
        return sending.count < limit ? nil : sending.last?.sequence
    }

    /// When the next pending response is due; nil when none is pending.
    func nextDue() throws -> Date? {
        guard let first = try extreme("MIN"), let last = try extreme("MAX") else { return nil }
        return (last > now + Self.longestWait ? min(first, now) : first).date
    }

    /// MIN and MAX in one query would read the whole index; each alone reads one entry.
    private func extreme(_ function: String) throws -> Milliseconds? {
        try database.fetchValue(
            "SELECT \(function)(next_attempt_at) FROM responses INDEXED BY responses_due WHERE state = 'pending'"
        )
    }
}

/// A response that is claimed now.
private struct DueResponse: RowDecodable {
    enum Columns: Int, ColumnList {
        case sequence, id, source, payload, revision, attempts, mustUpsert

        static let selection = allCases.selection
    }

    let sequence: Int64
    let claimed: ClaimedRow

    init(_ row: RowValues<Columns>) throws {
        sequence = try row[.sequence]
        claimed = ClaimedRow(
            id: try row[.id],
            source: try row[.source],
            payload: try row[.payload],
            revision: try row[.revision],
            attempts: try row[.attempts],
            mustUpsert: try row[.mustUpsert]
        )
    }
}
