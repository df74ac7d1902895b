import NPSModel

/// One transaction as a job sees it: the rows, the books, and what is to be done after the commit.
///
/// Its extensions hold the rules, and work on sets of responses; what they need of a database is in ``RowStore``.
struct QueueTransaction {
    var rows: any RowStore
    /// The same time for everything in the transaction.
    let now: Milliseconds
    let personKey: PersonKey
    /// At first what the last transaction left; what this one makes of it replaces that when it is committed.
    var state: CommittedState
    /// Whether this collector forwards. Of those that share a database, only one does; only its uptime confirms the time,
    /// which must not pass as often as there are collectors.
    var mayForward = true
    /// Under which it claims, where several share the database; nil elsewhere, and while it doesn't forward.
    var term: Int64?
    /// What is to be added to the statistics.
    var counts = CountChanges()
    /// Set when something can be claimed at once after this.
    var leavesDue = false
    /// See ``Intake/readdressed``.
    var readdressed: [ResponseID] = []
    /// Set when content was deleted or replaced: the log still holds it.
    var leavesDeletedContent = false
    /// Set when something was erased: nothing of its counts is to be left where they have become 0.
    var removesEmptyTallies = false

    init(rows: any RowStore, now: Milliseconds, personKey: PersonKey, state: CommittedState) {
        self.rows = rows
        self.now = now
        self.personKey = personKey
        self.state = state
        self.state.shares.beginChanges()
    }

    /// From when the age of a row counts that is written now: a clock that is behind must not make it old.
    var ageStart: Milliseconds { max(now, state.time.confirmed ?? now) }

    /// Writes something harmless, to find out whether writes become durable.
    func probe(needsRoom: Bool = false) throws {
        try rows.probe(at: now, needsRoom: needsRoom)
    }

    /// Called once, before the commit.
    ///
    /// - Parameter former: what the last transaction left.
    func writeState(after former: CommittedState) throws {
        if state.books != former.books { try rows.write(state.books) }
        if state.time != former.time { try rows.write(state.time) }
        try writeCounts()
    }

    /// Called once, before the commit.
    func writeCounts() throws {
        let (cells, hours) = (counts.cells, counts.traffic(at: now))
        if !cells.isEmpty { try rows.add(cells, removesEmpty: removesEmptyTallies) }
        if !hours.isEmpty { try rows.add(hours) }
    }

    /// Brings the next rows that an earlier version wrote into the form of this one. Nil when there are none left. Those
    /// that can't be read stay where they are.
    mutating func upgrade(limit: Int) throws -> QueueUpgrade? {
        guard let progress = state.upgrade else { return nil }
        state.upgrade = try rows.upgrade(after: progress.reached, limit: limit)
        // Once, at the end: what an open row says isn't deleted but moved, and until then the log is used again and again.
        if state.upgrade == nil { leavesDeletedContent = true }
        return state.upgrade
    }
}

extension QueueTransaction {
    /// Writes changed responses, and moves them from one of the books' counters to another.
    ///
    /// - Parameter changes: each response once.
    mutating func save(_ changes: [ResponseChange]) throws {
        guard !changes.isEmpty else { return }
        let dated = changes.map(dated)
        try rows.save(dated)
        for change in dated { note(change) }
        // A file from before must not bring back what was erased as if it had never been sent.
        let isErasing = dated.contains { $0.new.lifecycle.state == .erased && $0.old.lifecycle.state != .erased }
        if isErasing { state.epoch?.number += 1 }
    }

    /// With what follows from its state: how old it is, and what is kept of it.
    private func dated(_ change: ResponseChange) -> ResponseChange {
        var new = change.new
        if new.lifecycle.closedAt == now { new.lifecycle.closedAt = ageStart }
        new.tally = tally(of: change.new)
        if !new.lifecycle.keepsContent { new.payload = nil }
        if new.lifecycle.state != .delivered { new.contentDigest = nil }
        return ResponseChange(old: change.old, new: new)
    }

    private mutating func note(_ change: ResponseChange) {
        let (old, new) = (change.old.lifecycle, change.new.lifecycle)
        counts.note(change)
        state.books.move(from: old.state, to: new.state)
        state.books.unconfirmed += (new.remote == nil ? 0 : 1) - (old.remote == nil ? 0 : 1)
        // One that is erased while it is sent stays claimed until its verdict.
        if new.state != .sending, new.remote != .sending { state.claimed.remove(change.new.sequence) }
        if change.deletesContent { leavesDeletedContent = true }
        if new.state == .pending, let next = new.nextAttemptAt, next <= now { leavesDue = true }
    }
}
