import Foundation
import NPSModel

/// A response that was to be erased, as it was and as it is now.
struct ErasedResponse: Sendable {
    let before: StoredResponse
    let after: StoredResponse

    /// False when it was erased before.
    var isErasedNow: Bool { before.lifecycle.state != .erased }

    /// Whether its deletion at Planhat wasn't asked for before.
    var isOrderedNow: Bool { after.lifecycle.isRemoteDeletionWanted && !before.lifecycle.isRemoteDeletionWanted }
}

extension QueueTransaction {
    /// Deletes what these responses hold but for what keeps repetitions out. The digest of the address is kept while
    /// Planhat may have a record, so that a later erasure by the address finds that.
    ///
    /// - Parameter remotely: what Planhat has is to be deleted, too; also of those that were erased before.
    mutating func erase(_ responses: [StoredResponse], remotely: Bool = false) throws -> [ErasedResponse] {
        let erased = responses.map { response in
            var new = response
            if new.lifecycle.erase(at: now, arrivalsUntil: sendsFrom) {
                if new.lifecycle.remote == nil { new.person = nil }
                new.history = AttemptHistory()
                new.notes = nil
                new.payload = nil
            }
            if remotely { _ = new.lifecycle.wantRemoteDeletion() }
            return ErasedResponse(before: response, after: new)
        }
        try save(
            erased.filter { $0.before != $0.after }.map { ResponseChange(old: $0.before, new: $0.after) }
        )
        if erased.contains(where: \.isErasedNow) { (leavesDeletedContent, removesEmptyTallies) = (true, true) }
        return erased
    }

    /// How many were erased by this; unknown ids, and those that were erased before, don't count.
    mutating func erase(_ ids: [ResponseID]) throws -> Int {
        try erase(rows.leavingUnopened.load(.ids(ids))).count(where: \.isErasedNow)
    }

    /// How many were confirmed by this; those with nothing to confirm don't count.
    mutating func confirmErasure(_ ids: [ResponseID]) throws -> Int {
        let changes = try rows.leavingUnopened.load(.ids(ids)).compactMap { old -> ResponseChange? in
            var new = old
            guard new.lifecycle.confirmErasure() else { return nil }
            new.person = nil
            return ResponseChange(old: old, new: new)
        }
        try save(changes)
        return changes.count
    }

    /// Erases what has been parked since before `date`, longest first. Returns how many there were.
    mutating func eraseParked(before date: Milliseconds, limit: Int) throws -> Int {
        try erase(rows.leavingUnopened.load(.closed(.parked, before: date, limit: limit))).count
    }

    /// Removes receipts and tombstones that are older than `date`; they stay counted in the books. Returns how many
    /// there were. Tombstones that are still needed to delete something at Planhat stay.
    mutating func removeReceipts(before date: Milliseconds, limit: Int) throws -> Int {
        let delivered = try rows.load(.closed(.delivered, before: date, limit: limit))
        let erased = try rows.load(.closed(.erased, before: date, limit: limit - delivered.count))
        try rows.remove(delivered + erased)
        state.books.removedDelivered += delivered.count
        state.books.removedErased += erased.count
        let count = delivered.count + erased.count
        if count > 0 { leavesDeletedContent = true }
        return count
    }
}

extension QueueTransaction {
    /// Takes the period over. Returns before when something must have been parked to be erased now; nil for nothing.
    func announceParkedRetention(_ period: Duration?) throws -> Milliseconds? {
        guard let past = state.time.past(at: now) else { return nil }
        let former = try rows.parkedRetention()
        var retention = former
        retention.announce(period, at: past)
        if retention != former { try rows.write(retention) }
        return retention.cutoff(at: past)
    }

    /// Counts ``ParkedExpiry/limit`` at most.
    func parkedExpiry() throws -> ParkedExpiry? {
        let retention = try rows.parkedRetention()
        guard let past = state.time.past(at: now), let horizon = retention.horizon(at: past) else { return nil }
        let dates = try rows.parkedDates(before: horizon, limit: ParkedExpiry.limit)
        guard let end = dates.first.flatMap(retention.end(of:)) else { return nil }
        return ParkedExpiry(count: dates.count, from: end.date)
    }
}
