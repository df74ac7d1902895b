import NPSModel

/// Rows in the tables of earlier versions. Whatever is asked for is brought into this version's tables first, a slice at
/// most, so that nothing else needs to know of them; the rest follows by `upgrade(after:limit:)`, in the background.
///
/// Rows are deleted where they were, and the room is used for those that come next: the file doesn't grow.
extension SQLiteRows {
    func upgrade(after sequence: Int64, limit: Int) throws -> QueueUpgrade? {
        guard hasFormerRows else { return nil }
        let last: Int64? = try statements.fetchValue(Self.lastFormer)
        guard let last else {
            for query in Self.drops { try statements.execute(query) }
            return nil
        }
        return QueueUpgrade(reached: try adoptNext(after: sequence, limit: limit) ?? last, last: last)
    }

    /// Returns the last that was brought over or can't be read; nil when there are no more.
    private func adoptNext(after sequence: Int64, limit: Int) throws -> Int64? {
        do {
            return try adopt(Self.formerAfter, [sequence.sqliteValue, limit.sqliteValue]).last?.sequence
        } catch QueueError.damaged where limit > 1 {
            return try adoptNext(after: sequence, limit: 1)
        } catch QueueError.damaged {
            return try statements.fetchValue(Self.firstFormer, sequence)
        }
    }

    /// Nil when there is no such row.
    @discardableResult
    func adopt(_ id: ResponseID) throws -> StoredResponse? {
        try adopt(Self.formerByID, [id.rawValue.sqliteValue]).first
    }

    /// Brings over what of these responses is in the former tables, as many as the selection has at most.
    func adopt(_ selection: ResponseSelection) throws {
        switch selection {
        case .all(let after, let limit):
            try adopt(Self.formerAfter, [after.sqliteValue, limit.sqliteValue])
        case .ids(let ids), .claims(let ids):
            for id in ids { try adopt(id) }
        case .person(let person, let after, let limit):
            try adopt(
                Self.formerOfPerson,
                [person.hexadecimal.sqliteValue, after.sqliteValue, limit.sqliteValue]
            )
        case .lastOfPerson(let person, let before, let limit):
            try adopt(
                Self.lastFormerOfPerson,
                [person.hexadecimal.sqliteValue, before.sqliteValue, limit.sqliteValue]
            )
        case .state(let state, let after, let through, let limit):
            try adopt(
                Self.formerInState,
                [state.rawValue.sqliteValue, after.sqliteValue, through.sqliteValue, limit.sqliteValue]
            )
        case .sending(_, let after, let limit):
            try adopt(.state(.sending, after: after, through: .max, limit: limit))
        case .delivered(let before, let limit):
            try adopt(Self.formerDelivered, [before.sqliteValue, limit.sqliteValue])
        case .due(let date, let limit):
            try adopt(Self.formerDue, [date.sqliteValue, limit.sqliteValue])
        case .dueAfter(let date, let limit):
            try adopt(Self.formerDueAfter, [date.sqliteValue, limit.sqliteValue])
        case .untried:
            // The newest are in the new table, and the others are claimed when they are due.
            break
        case .closed(let state, let before, let limit):
            try adopt(
                Self.formerClosed,
                [state.rawValue.sqliteValue, before.sqliteValue, limit.sqliteValue]
            )
        case .unconfirmed(let isWanted, let after, let limit):
            try adopt(
                isWanted ? Self.formerToDelete : Self.formerUnconfirmed,
                [after.sqliteValue, limit.sqliteValue]
            )
        case .erasedWhileSending:
            try adopt(Self.formerErasedWhileSending, [])
        }
    }

    /// Returns what was brought over.
    @discardableResult
    private func adopt(_ query: Query, _ values: [SQLiteValue]) throws -> [StoredResponse] {
        // All are read before any is written: what can't be read leaves everything as it is.
        let responses = try statements.fetchAll(FormerRow.self, query, values: values).map(response)
        for response in responses {
            try statements.execute(Self.deleteAttempts, response.sequence)
            try statements.execute(Self.deleteNotes, response.sequence)
            try statements.execute(Self.deleteRow, response.sequence)
            try insert(response)
        }
        return responses
    }

    private func response(_ row: FormerRow) throws -> StoredResponse {
        let attempts = try statements.fetchAll(FormerAttempt.self, Self.attempts, row.sequence)
        var response = try row.response(keyedBy: personKey)
        response.history = AttemptHistory(
            attempts.map(\.attempt),
            count: attempts.last?.number ?? 0,
            deliveredAt: response.lifecycle.deliveredAt
        )
        response.notes = try statements.fetchValue(Self.notes, row.sequence)
        return response
    }
}

extension SQLiteRows {
    private static func former(_ rest: String) -> Query { Query(FormerRow.self, from: "responses \(rest)") }

    /// Nil where there are none.
    static let lastFormer = Query("SELECT MAX(sequence) FROM responses")
    private static let firstFormer = Query("SELECT MIN(sequence) FROM responses WHERE sequence > ?")
    private static let drops = ["response_notes", "attempts", "responses"].map { Query("DROP TABLE \($0)") }
    private static let formerByID = former("WHERE id = ?")
    private static let formerAfter = former("WHERE sequence > ? ORDER BY sequence LIMIT ?")
    private static let formerOfPerson = former(
        "INDEXED BY responses_by_person WHERE person = ? AND sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let lastFormerOfPerson = former(
        "INDEXED BY responses_by_person WHERE person = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?"
    )
    private static let formerInState = former(
        """
        INDEXED BY responses_by_state WHERE state = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
        """
    )
    private static let formerDelivered = former(
        "INDEXED BY responses_by_state WHERE state = 'delivered' AND sequence < ? ORDER BY sequence DESC LIMIT ?"
    )
    private static let formerDue = former(
        """
        INDEXED BY responses_due WHERE state = 'pending' AND next_attempt_at <= ?
        ORDER BY next_attempt_at, sequence LIMIT ?
        """
    )
    private static let formerDueAfter = former(
        """
        INDEXED BY responses_due WHERE state = 'pending' AND next_attempt_at > ?
        ORDER BY next_attempt_at, sequence LIMIT ?
        """
    )
    private static let formerClosed = former(
        """
        INDEXED BY responses_by_age WHERE state = ? AND closed_at < ? AND remote IS NULL ORDER BY closed_at LIMIT ?
        """
    )
    private static let formerUnconfirmed = former(
        "INDEXED BY responses_unconfirmed WHERE remote IS NOT NULL AND sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let formerToDelete = former(
        "INDEXED BY responses_to_delete WHERE remote_wanted = 1 AND sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let formerErasedWhileSending = former(
        "INDEXED BY responses_erased_while_sending WHERE remote = 'sending' AND sequence > 0"
    )

    private static let attempts = Query(FormerAttempt.self, from: "attempts WHERE response = ? ORDER BY number")
    private static let notes = Query("SELECT notes FROM response_notes WHERE response = ?")
    private static let deleteAttempts = Query("DELETE FROM attempts WHERE response = ?")
    private static let deleteNotes = Query("DELETE FROM response_notes WHERE response = ?")
    private static let deleteRow = Query("DELETE FROM responses WHERE sequence = ?")
}
