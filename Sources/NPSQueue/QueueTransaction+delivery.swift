import Foundation
import GRDB
import NPSModel

extension QueueTransaction {
    /// Longer than any wait that a delivery or a hold asks for: a date beyond it was set by a clock that ran ahead.
    private static let longestWait: Milliseconds = 3_600_000

    mutating func claimDue(limit: Int) throws -> [ClaimedRow] {
        var due = try pending("next_attempt_at <= ?", now, limit: limit)
        if due.count < limit {
            due += try pending("next_attempt_at > ?", now + Self.longestWait, limit: limit - due.count)
        }
        for row in due {
            let sequence: Int64 = row[0]
            try execute("UPDATE responses SET state = 'sending', held_until = NULL WHERE sequence = ?", [sequence])
            state.books.move(from: .pending, to: .sending)
            state.claimed.insert(sequence)
        }
        return due.map {
            ClaimedRow(
                id: $0[1],
                source: $0[2],
                payload: $0[3],
                revision: $0[4],
                attempts: $0[5],
                mustUpsert: $0[6]
            )
        }
    }

    private func pending(_ condition: String, _ date: Milliseconds, limit: Int) throws -> [Row] {
        try rows(
            """
            SELECT sequence, id, source, payload, revision, attempts, must_upsert
            FROM responses INDEXED BY responses_due
            WHERE state = 'pending' AND \(condition) ORDER BY next_attempt_at, sequence LIMIT ?
            """,
            [date, limit]
        )
    }

    /// Nothing for an unknown id.
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

    /// An earlier verdict, reported as failed, may have become durable all the same.
    private mutating func forgetClaim(of response: StoredResponse) {
        if response.lifecycle.state != .sending { state.claimed.remove(response.sequence) }
    }

    /// What was being sent when the process ended may have arrived. Gives how many there were.
    mutating func interruptSending(retryAt: Date) throws -> Int {
        let sending = try responses(in: .sending, after: 0, limit: .max)
        let reason = "ambiguous: the collector stopped while sending"
        for response in sending {
            try settle(
                response,
                .ambiguous(retryAt: retryAt, reason: reason),
                revision: response.lifecycle.revision
            )
        }
        for response in try responsesErasedWhileSending() {
            try settle(
                response,
                .ambiguous(retryAt: retryAt, reason: reason),
                revision: response.lifecycle.revision
            )
        }
        return sending.count
    }

    /// Takes back the claims that no caller ever got, because their commit was reported as failed.
    mutating func releaseUnclaimed() throws {
        for response in try responses(in: .sending, after: 0, limit: .max)
        where !state.claimed.contains(response.sequence) {
            try release(response)
            leavesDue = true
        }
    }

    /// Nil when nothing is pending.
    func nextDue() throws -> Date? {
        guard let first = try extreme("MIN"), let last = try extreme("MAX") else { return nil }
        return (last > now + Self.longestWait ? min(first, now) : first).date
    }

    /// Each on its own is one look into the index; asked for together they would read all of it.
    private func extreme(_ function: String) throws -> Milliseconds? {
        try row(
            "SELECT \(function)(next_attempt_at) FROM responses INDEXED BY responses_due WHERE state = 'pending'"
        )?[0]
    }
}
