import NPSModel

extension QueueTransaction {
    /// Costs the same for one response and for a million. Only held responses are counted one by one, and they are few:
    /// none is held for long.
    func status() throws -> QueueStatus {
        let waiting = try rows.waiting(at: now)
        let books = state.books
        var status = QueueStatus(
            accepted: books.accepted,
            pending: books.pending,
            sending: books.sending,
            delivered: books.delivered,
            parked: books.parked,
            erased: books.erased,
            quarantined: books.quarantined,
            oldestPendingSeconds: waiting.since.map { Int(max(.zero, now - $0).components.seconds) } ?? 0
        )
        status.held = waiting.held
        status.unconfirmed = books.unconfirmed
        status.parkedExpiry = try parkedExpiry()
        status.clockProblem = state.time.problem(at: now)
        status.upgrade = state.upgrade
        status.restoration = state.epoch?.restoredAt.map { Restoration(foundAt: $0.date) }
        status.leadership = try rows.leadership()
        return status
    }

    /// The next responses in the order of acceptance, and no more once they have `byteLimit` together.
    ///
    /// Looks at `filter.limit` responses at most, whatever they are: those of a person in other states than the wanted
    /// are left out here. What is pending has no index by its order, so of those it looks through no more numbers than
    /// `window`, between which parked responses may lie.
    ///
    /// - Parameter person: the digest of whose they are; nil for everybody's.
    /// - Returns: the responses, and the last that was looked at; nil when there are no more.
    func list(
        _ filter: QueueFilter,
        of person: KeyedDigest?,
        byteLimit: Int,
        window: Int64 = 50_000
    ) throws -> (responses: [StoredResponse], last: Int64?) {
        let (after, limit) = (filter.after ?? 0, filter.limit)
        if person == nil, filter.state == .pending {
            let last = state.books.lastSequence
            // Whoever asks may begin anywhere.
            let after = min(max(after, 0), last)
            guard state.books.pending > 0, after < last else { return ([], nil) }
            let through = after + min(window, last - after)
            let pending = try rows.load(
                .state(.pending, after: after, through: through, limit: limit),
                byteLimit: byteLimit
            )
            return (pending, pending.last?.sequence ?? through)
        }
        let selection: ResponseSelection =
            if let person {
                .person(person, after: after, limit: limit)
            } else if let wanted = filter.state {
                .state(wanted, after: after, through: .max, limit: limit)
            } else {
                .all(after: after, limit: limit)
            }
        let responses = try rows.load(selection, byteLimit: byteLimit)
        let wanted = filter.state.map { state in responses.filter { $0.lifecycle.state == state } } ?? responses
        return (wanted, responses.last?.sequence)
    }
}
