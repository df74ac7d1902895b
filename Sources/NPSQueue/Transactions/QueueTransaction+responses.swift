import GRDB
import NPSModel

/// A row's keys and its state: everything but the content.
struct StoredResponse: RowDecodable {
    enum Columns: Int, ColumnList {
        case sequence, id, person

        static let selection = "\(allCases.selection), \(ResponseLifecycle.Columns.selection)"
    }

    let sequence: Int64
    let id: String
    var lifecycle: ResponseLifecycle
    /// The ``PersonKey`` digest of the address. Nil when it is no longer needed, and in rows that were delivered by a
    /// version without it.
    var person: String?
    /// Whether the row is a tombstone of something that Planhat may still have. A response that is read is saved once.
    let wasUnconfirmed: Bool

    init(_ row: RowValues<Columns>) throws {
        sequence = try row[.sequence]
        id = try row[.id]
        person = try row[.person]
        lifecycle = try ResponseLifecycle(row.following(ResponseLifecycle.Columns.self))
        wasUnconfirmed = lifecycle.remote != nil
    }
}

extension QueueTransaction {
    private static let insertion = """
        INSERT INTO responses (id, source, accepted_at, person, payload, content_digest, \
            \(ResponseLifecycle.Columns.selection))
        VALUES (?, ?, ?, ?, ?, ?, \(ResponseLifecycle.Columns.placeholders)) ON CONFLICT (id) DO NOTHING
        """

    /// Adds a new response. False when its id is known, and then nothing is written.
    mutating func insert(_ incoming: Incoming, arrival: Milliseconds?) throws -> Bool {
        var lifecycle = ResponseLifecycle(digest: incoming.digest, version: incoming.version, at: now, arrival: arrival)
        lifecycle.delivery = incoming.delivery
        if let heldUntil = incoming.heldUntil { lifecycle.hold(until: heldUntil) }
        // Its receipt may have been removed because of its age: then Planhat has it, and a POST would create a second
        // record.
        lifecycle.mustUpsert = state.books.removedDelivered + state.books.removedErased > 0
        let incoming = lifecycle.mustUpsert ? incoming : incoming.alone
        var values: [(any DatabaseValueConvertible)?] = [
            incoming.id, incoming.source, now, incoming.person,
            incoming.payload, incoming.contentDigest,
        ]
        values += lifecycle.values
        try execute(Self.insertion, StatementArguments(values))
        guard database.changesCount == 1 else { return false }
        try insertNotes(incoming.notes, of: database.lastInsertedRowID)
        state.books.accepted += 1
        state.books[lifecycle.state] += 1
        leavesDue = true
        return true
    }

    /// Nil for an unknown id.
    func response(_ id: String) throws -> StoredResponse? {
        try database.fetchOne(StoredResponse.self, from: "responses WHERE id = ?", [id])
    }

    /// Responses in a state, in the order of acceptance.
    ///
    /// - Parameters:
    ///   - sequence: the last that is left out; 0 for none.
    ///   - end: the last that is wanted.
    func responses(
        in state: ResponseState,
        after sequence: Int64,
        through end: Int64 = .max,
        limit: Int
    ) throws -> [StoredResponse] {
        try database.fetchAll(
            StoredResponse.self,
            from: """
                responses INDEXED BY responses_by_state
                WHERE state = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
                """,
            [state.rawValue, sequence, end, limit]
        )
    }

    private static let update = """
        UPDATE responses SET \(ResponseLifecycle.Columns.assignments), person = ?,
            payload = CASE WHEN ? THEN COALESCE(?, payload) END,
            content_digest = CASE WHEN ? THEN NULL ELSE COALESCE(?, content_digest) END
        WHERE sequence = ?
        """

    /// Writes a changed lifecycle and moves the response from one of the books' counters to another.
    ///
    /// - Parameter content: the new content; nil leaves it as it is, or deletes it in a state that keeps none.
    mutating func save(_ response: StoredResponse, was old: ResponseState, content: Incoming? = nil) throws {
        var lifecycle = response.lifecycle
        if lifecycle.closedAt == now { lifecycle.closedAt = ageStart }
        let hasNoDigest = lifecycle.state == .erased || (content != nil && content?.contentDigest == nil)
        let values =
            lifecycle.values + [
                response.person,
                lifecycle.keepsContent, content?.payload,
                hasNoDigest, content?.contentDigest,
                response.sequence,
            ]
        try execute(Self.update, StatementArguments(values))
        state.books.move(from: old, to: lifecycle.state)
        state.books.unconfirmed += (lifecycle.remote == nil ? 0 : 1) - (response.wasUnconfirmed ? 1 : 0)
        if lifecycle.state == .sending {
            state.claimed.insert(response.sequence)
        } else {
            state.claimed.remove(response.sequence)
        }
        if content != nil || !lifecycle.keepsContent { leavesDeletedContent = true }
    }

    private static let attemptInsertion = """
        INSERT INTO attempts (response, number, \(Attempt.Columns.selection))
        SELECT ?1, COALESCE(MAX(number), 0) + 1, ?2, ?3, ?4 FROM attempts WHERE response = ?1
        """

    /// Adds to a response's history, which keeps the last ``historyLength`` attempts.
    func record(_ attempt: Attempt, of sequence: Int64) throws {
        try execute(Self.attemptInsertion, StatementArguments([sequence] + attempt.values))
        try execute(
            """
            DELETE FROM attempts WHERE response = ?1
                AND number <= (SELECT MAX(number) FROM attempts WHERE response = ?1) - ?2
            """,
            [sequence, Self.historyLength]
        )
    }
}

extension Attempt: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case at, outcome, reason

        static let selection = allCases.selection
    }

    init(_ row: RowValues<Columns>) throws {
        guard let outcome = Attempt.Result(rawValue: try row[.outcome]) else {
            throw QueueError.damaged("an attempt has no known outcome")
        }
        let at: Milliseconds = try row[.at]
        self.init(at: at.date, outcome: outcome, reason: try row[.reason])
    }

    func value(of column: Columns) -> (any DatabaseValueConvertible)? {
        switch column {
        case .at: Milliseconds(at)
        case .outcome: outcome.rawValue
        case .reason: reason
        }
    }
}
