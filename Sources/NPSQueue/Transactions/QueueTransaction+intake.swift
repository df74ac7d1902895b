import Foundation
import NPSModel

extension QueueTransaction {
    /// Stores new responses and applies submissions to those that are known, in their order.
    ///
    /// - Parameter arrival: when the submissions were received; nil for now.
    mutating func receive(_ submissions: [Incoming], arrival: Milliseconds? = nil) throws -> [Acceptance] {
        var acceptances: [Acceptance] = []
        acceptances.reserveCapacity(submissions.count)
        var rest = try underKnownIDs(submissions)[...]
        while !rest.isEmpty {
            let set = Self.distinct(rest)
            acceptances += try receive(set: set, arrival: arrival)
            rest = rest.dropFirst(set.count)
        }
        return acceptances
    }

    /// The first of the submissions, up to the one that has an id for the second time.
    private static func distinct(_ submissions: ArraySlice<Incoming>) -> [Incoming] {
        guard submissions.count > 1 else { return Array(submissions) }
        var ids: Set<ResponseID> = []
        return Array(submissions.prefix { ids.insert($0.id).inserted })
    }

    /// A tool may still try a delivery that came to an earlier version.
    private func underKnownIDs(_ submissions: [Incoming]) throws -> [Incoming] {
        let former = submissions.compactMap(\.formerID)
        guard !former.isEmpty else { return submissions }
        let known = try rows.known(former)
        return submissions.map { submission in
            guard let former = submission.formerID, known.contains(former) else { return submission }
            return submission.identified(as: former)
        }
    }

    private mutating func receive(set: [Incoming], arrival: Milliseconds?) throws -> [Acceptance] {
        let new = set.map { newResponse($0, arrival: arrival) }
        let known = try rows.insert(new, after: &state.books.lastSequence)
        var acceptances: [Acceptance] = []
        var changes: [ResponseChange] = []
        for ((incoming, response), stored) in zip(zip(set, new), known) {
            guard let stored else {
                state.books.accepted += 1
                state.books[response.lifecycle.state] += 1
                counts.arrive(response)
                leavesDue = true
                acceptances.append(.accepted)
                continue
            }
            let (acceptance, change) = receive(incoming, as: stored, arrival: arrival)
            acceptances.append(acceptance)
            if let change { changes.append(change) }
        }
        try save(changes)
        return acceptances
    }

    /// As it is stored if its id isn't known.
    func newResponse(_ incoming: Incoming, arrival: Milliseconds? = nil) -> NewResponse {
        var lifecycle = ResponseLifecycle(digest: incoming.digest, version: incoming.version, at: now, arrival: arrival)
        lifecycle.delivery = incoming.delivery
        if let heldUntil = incoming.heldUntil { lifecycle.hold(until: heldUntil) }
        // Its receipt may have been removed because of its age: then Planhat has it, and a POST would create a second
        // record. The same if it may have come before the queue was put back to an earlier state.
        lifecycle.mustUpsert =
            state.books.removedDelivered + state.books.removedErased > 0 || state.epoch?.upsertsThrough == .max
        let content = lifecycle.mustUpsert ? incoming : incoming.alone
        return NewResponse(
            id: incoming.id,
            source: incoming.source,
            acceptedAt: now,
            lifecycle: lifecycle,
            person: incoming.person,
            notes: incoming.notes,
            tally: lifecycle.botFlag == .current ? nil : incoming.tally,
            payload: content.payload
        )
    }

    /// The change is nil when nothing is to be written.
    mutating func receive(
        _ incoming: Incoming,
        as stored: StoredResponse,
        arrival: Milliseconds? = nil
    ) -> (Acceptance, ResponseChange?) {
        var response = stored
        incoming.keyTraces(in: &response.lifecycle)
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
        guard response.lifecycle != old else { return (acceptance, nil) }
        if acceptance == .updated {
            if let person = response.person, person != incoming.person, old.isKnownToPlanhat {
                readdressed.append(incoming.id)
            }
            response.person = incoming.person
            response.payload = incoming.replacing(stored.content, of: old, by: response.lifecycle).payload
            response.notes = incoming.notes
            response.tally = incoming.tally
            response.history.spellOut(deliveredAt: old.deliveredAt)
        }
        return (acceptance, ResponseChange(old: stored, new: response))
    }
}

extension QueueTransaction {
    /// How many became pending by this; those that aren't parked stay as they are.
    ///
    /// - Parameter due: nil for at once.
    mutating func retry(_ responses: [StoredResponse], due: Date? = nil) throws -> [ResponseID] {
        let due = due.map { Milliseconds($0) }
        let changes = responses.compactMap { old -> ResponseChange? in
            var new = old
            return new.lifecycle.retry(at: now, due: due) ? ResponseChange(old: old, new: new) : nil
        }
        try save(changes)
        if !changes.isEmpty { leavesDue = true }
        return changes.map(\.new.id)
    }

    mutating func retry(_ ids: [ResponseID], due: Date? = nil) throws -> [ResponseID] {
        try retry(rows.leavingUnopened.load(.ids(ids)), due: due)
    }

    /// Retries among the next `limit` parked responses; nil begins with the oldest.
    mutating func retryParked(
        reasonContaining text: String?,
        after position: RetryPosition?,
        limit: Int
    ) throws -> RetryProgress {
        let through = position?.through ?? state.books.lastSequence
        let parked = try rows.leavingUnopened.load(
            .state(.parked, after: position?.sequence ?? 0, through: through, limit: limit)
        )
        var progress = RetryProgress(examined: parked.count)
        progress.count = try retry(
            parked.filter { response in
                text.map { response.lifecycle.reason?.range(of: $0, options: .caseInsensitive) != nil } != false
            }
        )
        .count
        if parked.count == limit, let last = parked.last {
            progress.next = RetryPosition(sequence: last.sequence, through: through)
        }
        return progress
    }
}
