import Foundation
import GRDB
import NPSModel

extension QueueTransaction {
    /// How many were erased by this: 0 for an unknown id and for one that was erased before.
    mutating func erase(_ id: ResponseID) throws -> Int {
        guard var response = try response(id.rawValue) else { return 0 }
        return try erase(&response) ? 1 : 0
    }

    /// False when it was erased before. The digest of the address is kept while Planhat may have a record, so that a
    /// later erasure by the address finds that.
    ///
    /// - Parameter remotely: what Planhat has is to be deleted, too.
    mutating func erase(_ response: inout StoredResponse, remotely: Bool = false) throws -> Bool {
        let old = response.lifecycle.state
        guard response.lifecycle.erase(at: now) else {
            if remotely, response.lifecycle.wantRemoteDeletion() { try save(response, was: old) }
            return false
        }
        if remotely { _ = response.lifecycle.wantRemoteDeletion() }
        if response.lifecycle.remote == nil { response.person = nil }
        try save(response, was: old)
        try execute("DELETE FROM attempts WHERE response = ?", [response.sequence])
        try deleteNotes(of: response.sequence)
        return true
    }

    /// One person's responses in the order of acceptance, erased ones included.
    func responses(of person: String, after sequence: Int64, limit: Int) throws -> [StoredResponse] {
        try database.fetchAll(
            StoredResponse.self,
            from: """
                responses INDEXED BY responses_by_person
                WHERE person = ? AND sequence > ? ORDER BY sequence LIMIT ?
                """,
            [person, sequence, limit]
        )
    }

    /// How many were confirmed by this: 0 when there was nothing to confirm.
    mutating func confirmErasure(_ id: ResponseID) throws -> Int {
        guard var response = try response(id.rawValue), response.lifecycle.confirmErasure() else { return 0 }
        response.person = nil
        try save(response, was: .erased)
        return 1
    }

    /// Erased responses whose request was under way and has no verdict yet.
    func responsesErasedWhileSending() throws -> [StoredResponse] {
        try database.fetchAll(
            StoredResponse.self,
            from: "responses INDEXED BY responses_erased_while_sending WHERE remote = 'sending' AND sequence > 0"
        )
    }

    /// Erased responses of which Planhat may still have a record, in the order of acceptance.
    ///
    /// - Parameter isWanted: only those that somebody asked to have deleted there.
    func unconfirmedErasures(isWanted: Bool, after sequence: Int64, limit: Int) throws -> [StoredResponse] {
        let (index, condition) =
            isWanted ? ("responses_to_delete", "remote_wanted = 1") : ("responses_unconfirmed", "remote IS NOT NULL")
        return try database.fetchAll(
            StoredResponse.self,
            from: "responses INDEXED BY \(index) WHERE \(condition) AND sequence > ? ORDER BY sequence LIMIT ?",
            [sequence, limit]
        )
    }
}

extension QueueTransaction {
    /// Responses that have been in a state since before `date`, longest first.
    private func responses(in state: ResponseState, since date: Milliseconds, limit: Int) throws -> [StoredResponse] {
        try database.fetchAll(
            StoredResponse.self,
            from: """
                responses INDEXED BY responses_by_age
                WHERE state = ? AND closed_at < ? AND remote IS NULL ORDER BY closed_at LIMIT ?
                """,
            [state.rawValue, date, limit]
        )
    }

    /// Erases what has been parked since before `date`, longest first. Returns how many there were.
    mutating func eraseParked(before date: Milliseconds, limit: Int) throws -> Int {
        let old = try responses(in: .parked, since: date, limit: limit)
        for var response in old { _ = try erase(&response) }
        return old.count
    }

    /// Removes receipts and tombstones that are older than `date`; they stay counted in the books. Returns how many
    /// there were.
    ///
    /// Kept are the tombstones that are still needed to delete something at Planhat, and the newest row whatever its
    /// age, so that no sequence number is used twice.
    mutating func removeReceipts(before date: Milliseconds, limit: Int) throws -> Int {
        let newest: Int64? = try database.fetchValue("SELECT MAX(sequence) FROM responses")
        let delivered = try removable(in: .delivered, before: date, but: newest, limit: limit)
        let erased = try removable(in: .erased, before: date, but: newest, limit: limit - delivered.count)
        for sequence in delivered + erased {
            try execute("DELETE FROM attempts WHERE response = ?", [sequence])
            try deleteNotes(of: sequence)
            try execute("DELETE FROM responses WHERE sequence = ?", [sequence])
        }
        state.books.removedDelivered += delivered.count
        state.books.removedErased += erased.count
        let count = delivered.count + erased.count
        if count > 0 { leavesDeletedContent = true }
        return count
    }

    private func removable(
        in state: ResponseState,
        before date: Milliseconds,
        but newest: Int64?,
        limit: Int
    ) throws -> [Int64] {
        try database.fetchValues(
            """
            SELECT sequence FROM responses INDEXED BY responses_by_age
            WHERE state = ? AND closed_at < ? AND sequence <> ? AND remote IS NULL ORDER BY closed_at LIMIT ?
            """,
            [state.rawValue, date, newest ?? 0, limit]
        )
    }
}
