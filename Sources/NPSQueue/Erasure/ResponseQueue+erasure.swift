package import Foundation
package import NPSModel

extension ResponseQueue {
    /// Removes what these people said, whatever the state; the ids stay, so that a late repetition isn't accepted
    /// anew. Gives how many were not erased before. On return nothing of it is left in the database or its log; when
    /// the log can't be emptied, this throws although they are erased, and it is emptied as soon as it can be.
    package func erase(_ ids: [ResponseID]) async throws(QueueError) -> Int {
        let count = try await transact { transaction in
            var count = 0
            for id in ids { count += try transaction.erase(id) }
            return count
        }
        try await truncateLog()
        return count
    }

    /// Removes what this person said, whatever the state, as ``erase(_:)-([ResponseID])`` does.
    ///
    /// Responses are found by the digest of their newest address; those that were delivered before the queue kept
    /// digests aren't. What may be at Planhat is in the answer, also when it was erased by an earlier call, until
    /// ``confirmErasure(_:)``: so nothing is lost when whoever deletes it there is interrupted.
    package func erase(_ address: EmailAddress) async throws(QueueError) -> Erasure {
        let person = personKey.digest(of: address)
        let date = now()
        var responses: [Erasure.Response] = []
        var remote: [Erasure.Remote] = []
        var last: Int64 = 0
        while true {
            let after = last
            let part = try await transact { transaction in
                try Self.erase(person, after: after, in: &transaction)
            }
            responses += part.responses
            remote += part.remote
            guard let next = part.last else { break }
            last = next
        }
        try await truncateLog()
        return Erasure(erasedAt: date, responses: responses, remote: remote)
    }

    private static func erase(
        _ person: String,
        after sequence: Int64,
        in transaction: inout QueueTransaction
    ) throws -> (responses: [Erasure.Response], remote: [Erasure.Remote], last: Int64?) {
        let known = try transaction.responses(of: person, after: sequence, limit: chunk)
        var responses: [Erasure.Response] = []
        var remote: [Erasure.Remote] = []
        for var response in known {
            guard let id = ResponseID(rawValue: response.id) else { throw QueueError.damaged("a row has no valid id") }
            let old = response.lifecycle.state
            if try transaction.erase(&response) { responses.append(Erasure.Response(id: id, state: old)) }
            guard let trace = response.lifecycle.remote else { continue }
            remote.append(
                Erasure.Remote(id: id, planhatId: response.lifecycle.planhatID, deletableFrom: trace.date?.date)
            )
        }
        return (responses, remote, known.last?.sequence)
    }

    /// Planhat has nothing of these erased responses any more: what was kept to find it there is removed. Gives how
    /// many there were.
    package func confirmErasure(_ ids: [ResponseID]) async throws(QueueError) -> Int {
        try await transact { transaction in
            var count = 0
            for id in ids { count += try transaction.confirmErasure(id) }
            return count
        }
    }
}

extension ResponseQueue {
    /// Erases what has been parked since before `date`, a few in each transaction. Gives how many there were. On
    /// return nothing of them is left in the database or its log.
    package func eraseParked(before date: Date) async throws(QueueError) -> Int {
        try await repeatedly { transaction in
            try transaction.eraseParked(before: Milliseconds(date), limit: Self.chunk)
        }
    }

    /// Removes the receipts of what was delivered, and the tombstones of what was erased, before `date`. They stay
    /// counted, but a repetition of such a response would be accepted as a new one. Gives how many there were.
    package func removeReceipts(before date: Date) async throws(QueueError) -> Int {
        try await repeatedly { transaction in
            try transaction.removeReceipts(before: Milliseconds(date), limit: Self.chunk)
        }
    }

    private func repeatedly(
        _ step: @escaping @Sendable (inout QueueTransaction) throws -> Int
    ) async throws(QueueError) -> Int {
        var count = 0
        while true {
            let part = try await transact { transaction in try step(&transaction) }
            guard part > 0 else { break }
            count += part
        }
        if count > 0 { try await truncateLog() }
        return count
    }
}
