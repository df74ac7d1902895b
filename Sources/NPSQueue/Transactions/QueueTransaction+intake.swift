import Foundation
import GRDB
import NPSModel

extension QueueTransaction {
    /// Stores a new response or applies the submission to the known one.
    ///
    /// - Parameter arrival: when the submission was received; nil for now.
    mutating func receive(_ submitted: Incoming, arrival: Milliseconds? = nil) throws -> Acceptance {
        let incoming = try underKnownID(submitted)
        if try insert(incoming, arrival: arrival) { return .accepted }
        guard var response = try response(incoming.id) else {
            throw QueueError.damaged("a response's id is taken, but its row can't be found")
        }
        incoming.keyDigests(in: &response.lifecycle)
        let old = response.lifecycle
        let acceptance = response.lifecycle.receive(
            digest: incoming.digest,
            version: incoming.version,
            at: now,
            arrival: arrival,
            isHeld: incoming.heldUntil != nil,
            formPrintedAt: incoming.formPrintedAt,
            delivery: incoming.delivery,
            trace: incoming.trace
        )
        guard response.lifecycle != old else { return acceptance }
        if acceptance == .updated {
            if let person = response.person, person != incoming.person, old.isKnownToPlanhat {
                readdressed.append(incoming.id)
            }
            response.person = incoming.person
        }
        let content =
            acceptance == .updated
            ? try incoming.replacing(try content(of: response), of: old, by: response.lifecycle) : nil
        try save(response, was: old.state, content: content)
        guard acceptance == .updated else { return acceptance }
        try deleteNotes(of: response.sequence)
        try insertNotes(incoming.notes, of: response.sequence)
        if let next = response.lifecycle.nextAttemptAt, next <= now { leavesDue = true }
        return acceptance
    }

    /// A tool may still try a delivery that came to an earlier version.
    private func underKnownID(_ incoming: Incoming) throws -> Incoming {
        guard let formerID = incoming.formerID else { return incoming }
        let known: Int? = try database.fetchValue("SELECT 1 FROM responses WHERE id = ?", [formerID])
        return known == nil ? incoming : incoming.identified(as: formerID)
    }

    /// The stored answer; nil once it is delivered or erased, or when this version can't read it.
    private func content(of response: StoredResponse) throws -> StoredContent? {
        let payload: String? = try database.fetchValue(
            "SELECT payload FROM responses WHERE sequence = ?",
            [response.sequence]
        )
        return payload.flatMap(StoredContent.init(json:))
    }

    /// How many became pending by this: 0 unless the response is parked.
    mutating func retry(_ id: ResponseID, due: Date? = nil) throws -> Int {
        guard let response = try response(id.rawValue) else { return 0 }
        return try retry(response, due: due)
    }

    /// Retries among the next `limit` parked responses; nil begins with the oldest.
    mutating func retryParked(
        reasonContaining text: String?,
        after position: RetryPosition?,
        limit: Int
    ) throws -> RetryProgress {
        let newest: Int64? =
            try position?.through ?? database.fetchValue("SELECT MAX(sequence) FROM responses")
        let through = newest ?? 0
        let parked = try responses(in: .parked, after: position?.sequence ?? 0, through: through, limit: limit)
        var progress = RetryProgress(examined: parked.count)
        for response in parked {
            let isMeant = text.map { response.lifecycle.reason?.range(of: $0, options: .caseInsensitive) != nil }
            if isMeant != false { progress.count += try retry(response) }
        }
        if parked.count == limit, let last = parked.last {
            progress.next = RetryPosition(sequence: last.sequence, through: through)
        }
        return progress
    }

    mutating func retry(_ response: StoredResponse, due: Date? = nil) throws -> Int {
        var response = response
        let old = response.lifecycle.state
        guard response.lifecycle.retry(at: now, due: due.map { Milliseconds($0) }) else { return 0 }
        try save(response, was: old)
        leavesDue = true
        return 1
    }
}
