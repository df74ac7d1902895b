package import Foundation
package import NPSModel

extension ResponseQueue {
    /// Deletes the content of these responses, in any state; their ids stay, so that a late repetition isn't accepted
    /// as new. Returns how many had not been erased before; unknown ids are ignored.
    ///
    /// On return nothing of the content is left in a file or its log. When the log can't be truncated, this throws
    /// although the responses are erased, and the queue retries the truncation by itself. In PostgreSQL no query finds
    /// the content any more; the page ThreatModel says what is left there, and for how long.
    package func erase(_ ids: [ResponseID]) async throws(QueueError) -> Int {
        let count = try await inSlices(ids) { transaction, part in try transaction.erase(part) }
        try await truncateLog()
        return count
    }

    /// Deletes the content of this person's responses, as ``erase(_:)`` does.
    ///
    /// They are found by the digest of the address in their newest content, except those that were delivered by a
    /// version that stored no digest. The result also lists what Planhat may still have from erasures by earlier calls,
    /// until ``confirmErasure(_:)``: an interrupted deletion there can be finished by calling this again.
    ///
    /// - Parameters:
    ///   - remotely: what Planhat has of them is to be deleted, too. That is remembered with each of them, for
    ///     ``unconfirmedErasures(isWanted:after:limit:)``.
    ///   - onPart: gets what was done since the last call of it, as soon as that is durable. So the caller knows of it also
    ///     when this throws in the end.
    package func erase(
        _ address: EmailAddress,
        remotely: Bool = false,
        onPart: (Erasure) -> Void = { _ in }
    ) async throws(QueueError) -> Erasure {
        let person = personKey.digest(of: address)
        let date = now()
        var responses: [Erasure.Response] = []
        var remote: [Erasure.Remote] = []
        var ordered = 0
        var last: Int64 = 0
        while true {
            let after = last
            let (part, next) = try await transactSlice { transaction in
                try Self.erase(person, remotely: remotely, after: after, at: date, in: &transaction)
            }
            responses += part.responses
            remote += part.remote
            ordered += part.ordered
            onPart(part)
            guard let next else { break }
            last = next
        }
        try await truncateLog()
        return Erasure(erasedAt: date, responses: responses, remote: remote, ordered: ordered)
    }

    private static func erase(
        _ person: KeyedDigest,
        remotely: Bool,
        after sequence: Int64,
        at date: Date,
        in transaction: inout QueueTransaction
    ) throws -> (part: Erasure, last: Int64?) {
        let known = try transaction.rows.leavingUnopened.load(.person(person, after: sequence, limit: slice))
        let erased = try transaction.erase(known, remotely: remotely)
        let now = erased.filter(\.isErasedNow).map(\.before)
        let part = Erasure(
            erasedAt: date,
            responses: now.map { Erasure.Response(id: $0.id, state: $0.lifecycle.state) },
            remote: erased.compactMap { Erasure.Remote($0.after) },
            ordered: erased.count(where: \.isOrderedNow)
        )
        return (part, known.last?.sequence)
    }

    /// Erased responses of which Planhat may still have a record, in the order of acceptance; at most
    /// ``QueueFilter/maximum``. How many there are in all is ``QueueStatus/unconfirmed``.
    ///
    /// - Parameters:
    ///   - isWanted: only those that somebody asked to have deleted at Planhat.
    ///   - after: the sequence number of the last one of the previous page; nil for the first page.
    package func unconfirmedErasures(
        isWanted: Bool = false,
        after: Int64?,
        limit: Int
    ) async throws(QueueError) -> [UnconfirmedErasure] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        let rows = try await read { transaction in
            try transaction.rows.load(.unconfirmed(isWanted: isWanted, after: after ?? 0, limit: limit))
        }
        var erasures: [UnconfirmedErasure] = []
        for row in rows { erasures.append(try UnconfirmedErasure(row)) }
        return erasures
    }

    /// Planhat has nothing of these erased responses any more, so what was kept to find it there is deleted. Returns
    /// how many there were; ids without a record to delete, or with a request under way, are ignored.
    package func confirmErasure(_ ids: [ResponseID]) async throws(QueueError) -> Int {
        try await inSlices(ids) { transaction, part in try transaction.confirmErasure(part) }
    }
}

extension ResponseQueue {
    /// Erases what has been parked since before `date`, a few in each transaction. Returns how many there were. What
    /// is left of them on return is said at ``erase(_:)``.
    package func eraseParked(before date: Date) async throws(QueueError) -> Int {
        try await repeatedly { transaction in
            try transaction.eraseParked(before: Milliseconds(date), limit: Self.slice)
        }
    }

    /// Removes the receipts of what was delivered, and the tombstones of what was erased, before `date`. They stay
    /// counted, but a repetition of such a response would be accepted as new. Returns how many there were.
    package func removeReceipts(before date: Date) async throws(QueueError) -> Int {
        try await repeatedly { transaction in
            try transaction.removeReceipts(before: Milliseconds(date), limit: Self.slice)
        }
    }

    private func repeatedly(
        _ step: @escaping @Sendable (inout QueueTransaction) throws -> Int
    ) async throws(QueueError) -> Int {
        var count = 0
        while true {
            let part = try await transactSlice { transaction in try step(&transaction) }
            guard part > 0 else { break }
            count += part
        }
        if count > 0 { try await truncateLog() }
        return count
    }
}
