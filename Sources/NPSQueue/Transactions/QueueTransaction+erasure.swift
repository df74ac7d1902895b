import Foundation
import GRDB
import NPSModel

extension QueueTransaction {
    mutating func erase(_ id: ResponseID) throws -> Int {
        guard var response = try response(id.rawValue) else { return 0 }
        return try erase(&response) ? 1 : 0
    }

    /// The digest of the address stays only as long as something may be at Planhat: by it, that is found again.
    mutating func erase(_ response: inout StoredResponse) throws -> Bool {
        let old = response.lifecycle.state
        guard response.lifecycle.erase(at: now) else { return false }
        if response.lifecycle.remote == nil { response.person = nil }
        try save(response, was: old)
        try execute("DELETE FROM attempts WHERE response = ?", [response.sequence])
        return true
    }

    /// One person's responses, erased ones included.
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

    mutating func confirmErasure(_ id: ResponseID) throws -> Int {
        guard var response = try response(id.rawValue), response.lifecycle.confirmErasure() else { return 0 }
        response.person = nil
        try save(response, was: .erased)
        return 1
    }

    func responsesErasedWhileSending() throws -> [StoredResponse] {
        try database.fetchAll(
            StoredResponse.self,
            from: "responses INDEXED BY responses_by_state WHERE state = 'erased' AND remote = 'sending'"
        )
    }
}

extension QueueTransaction {
    /// The oldest responses that have been in a state since before `date`.
    private func responses(in state: ResponseState, since date: Milliseconds, limit: Int) throws -> [StoredResponse] {
        try database.fetchAll(
            StoredResponse.self,
            from: "responses INDEXED BY responses_by_age WHERE state = ? AND closed_at < ? ORDER BY closed_at LIMIT ?",
            [state.rawValue, date, limit]
        )
    }

    /// Gives how many there were.
    mutating func eraseParked(before date: Milliseconds, limit: Int) throws -> Int {
        let old = try responses(in: .parked, since: date, limit: limit)
        for var response in old { _ = try erase(&response) }
        return old.count
    }

    /// Removes receipts and tombstones, which stay counted. Gives how many there were. A tombstone by which something
    /// may have to be found at Planhat stays.
    ///
    /// The newest row stays whatever its age, so that no sequence number is given twice.
    mutating func removeReceipts(before date: Milliseconds, limit: Int) throws -> Int {
        let newest: Int64? = try database.fetchValue("SELECT MAX(sequence) FROM responses")
        let delivered = try removable(in: .delivered, before: date, but: newest, limit: limit)
        let erased = try removable(in: .erased, before: date, but: newest, limit: limit - delivered.count)
        for sequence in delivered + erased {
            try execute("DELETE FROM attempts WHERE response = ?", [sequence])
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
