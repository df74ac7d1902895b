import NPSModel

extension SQLiteRows {
    func load(_ selection: ResponseSelection, byteLimit: Int) throws -> [StoredResponse] {
        if hasFormerRows { try adopt(selection) }
        return try rows(selection, byteLimit).first(upTo: byteLimit)
    }

    private func rows(_ selection: ResponseSelection, _ byteLimit: Int) throws -> [StoredResponse] {
        switch selection {
        case .all(let after, let limit):
            return try merged(
                [
                    fetch(Self.queueAfter, [after.sqliteValue, limit.sqliteValue], byteLimit),
                    fetch(Self.receiptsAfter(.delivered), [after.sqliteValue, limit.sqliteValue]),
                    fetch(Self.receiptsAfter(.erased), [after.sqliteValue, limit.sqliteValue]),
                ],
                limit
            )
        case .ids(let ids), .claims(let ids):
            // Sorted, so that each is there once.
            return try Set(ids).sorted { $0.rawValue < $1.rawValue }.compactMap { try open($0) ?? receipt($0) }
        case .person(let person, let after, let limit):
            let values = [person.sqliteValue, after.sqliteValue, limit.sqliteValue]
            return try merged(
                [fetch(Self.queueOfPerson, values, byteLimit), fetch(Self.receiptsOfPerson, values)],
                limit
            )
        case .lastOfPerson(let person, let before, let limit):
            let values = [person.sqliteValue, before.sqliteValue, limit.sqliteValue]
            let last = try fetch(Self.lastInQueueOfPerson, values) + fetch(Self.lastReceiptsOfPerson, values)
            return Array(last.sorted { $0.sequence > $1.sequence }.prefix(limit))
        case .state(let state, let after, let through, let limit):
            return try rows(in: state, after: after, through: through, limit, byteLimit)
        case .delivered(let before, let limit):
            return try fetch(Self.lastDelivered, [before.sqliteValue, limit.sqliteValue])
        case .due(let date, let limit):
            return try fetch(Self.due, [date.sqliteValue, limit.sqliteValue])
        case .dueAfter(let date, let limit):
            return try fetch(Self.dueAfter, [date.sqliteValue, limit.sqliteValue])
        case .untried(let date, let count, let limit):
            let first: Int64? = try statements.fetchValue(Self.newest, count - 1)
            return try fetch(Self.untried, [(first ?? 0).sqliteValue, date.sqliteValue, limit.sqliteValue])
        case .closed(let state, let before, let limit):
            let values = [before.sqliteValue, limit.sqliteValue]
            guard state != .parked else { return try fetch(Self.parkedBefore, values) }
            return try fetch(Self.receiptsBefore, [state.code.sqliteValue] + values)
        case .unconfirmed(let isWanted, let after, let limit):
            let query = isWanted ? Self.toDelete : Self.unconfirmed
            return try fetch(query, [after.sqliteValue, limit.sqliteValue])
        case .sending(_, let after, let limit):
            return try rows(in: .sending, after: after, through: .max, limit, byteLimit)
        case .erasedWhileSending:
            return try fetch(Self.erasedWhileSending, [])
        }
    }

    private func rows(
        in state: ResponseState,
        after: Int64,
        through: Int64,
        _ limit: Int,
        _ byteLimit: Int
    ) throws -> [StoredResponse] {
        switch ResponseTable(of: state) {
        case .queue:
            let values = [after.sqliteValue, through.sqliteValue, limit.sqliteValue]
            return try fetch(Self.queueInState(state), values, byteLimit)
        case .receipts:
            return try fetch(Self.receiptsAfter(state), [after.sqliteValue, limit.sqliteValue])
                .filter { $0.sequence <= through }
        }
    }

    private func fetch(
        _ query: Query,
        _ values: [SQLiteValue],
        _ byteLimit: Int = .max
    ) throws -> [StoredResponse] {
        let responses =
            byteLimit < .max
            ? try statements.fetchAll(StoredResponse.self, query, values: values, byteLimit: byteLimit) { $0.size }
            : try statements.fetchAll(StoredResponse.self, query, values: values)
        return upsertsThrough > 0 ? responses.map(asRestored) : responses
    }

    /// What is open in a file that was put back may be at Planhat, whatever the row says.
    private func asRestored(_ response: StoredResponse) -> StoredResponse {
        guard response.sequence <= upsertsThrough, response.lifecycle.keepsContent else { return response }
        var restored = response
        restored.lifecycle.mustUpsert = true
        return restored
    }

    /// The first of all, in the order of acceptance.
    private func merged(_ lists: [[StoredResponse]], _ limit: Int) -> [StoredResponse] {
        let filled = lists.filter { !$0.isEmpty }
        if filled.count < 2 { return filled.first ?? [] }
        return Array(filled.joined().sorted { $0.sequence < $1.sequence }.prefix(limit))
    }

    private func open(_ id: ResponseID) throws -> StoredResponse? {
        try statements.fetchOne(StoredResponse.self, Self.queueByID, id).map(asRestored)
    }

    func receipt(_ id: ResponseID) throws -> StoredResponse? {
        try statements.fetchOne(StoredResponse.self, Self.receiptByID, id)
    }

    func known(_ ids: [ResponseID]) throws -> Set<ResponseID> {
        var known: Set<ResponseID> = []
        for id in ids {
            if hasFormerRows { try adopt(id) }
            let inQueue: Int? = try statements.fetchValue(Self.isInQueue, id)
            let inReceipts: Int? = inQueue == nil ? try statements.fetchValue(Self.isInReceipts, id) : nil
            if inQueue != nil || inReceipts != nil { known.insert(id) }
        }
        return known
    }
}

/// Queries name their index: without statistics, SQLite's planner thinks of others, and sorts a million rows.
extension SQLiteRows {
    private static func queue(_ rest: String) -> Query {
        Query("SELECT \(ResponseTable.queue.selection) FROM queue \(rest)")
    }

    private static func receipts(_ rest: String) -> Query {
        Query("SELECT \(ResponseTable.receipts.selection) FROM receipts \(rest)")
    }

    private static let pending = ResponseState.pending.code

    private static let queueByID = queue("WHERE id = ?")
    private static let receiptByID = receipts("WHERE id = ?")
    private static let isInQueue = Query("SELECT 1 FROM queue WHERE id = ?")
    private static let isInReceipts = Query("SELECT 1 FROM receipts WHERE id = ?")
    private static let queueAfter = queue("WHERE sequence > ? ORDER BY sequence LIMIT ?")
    /// Passes over what else is in the table, so it is asked about few numbers at a time.
    private static let pendingAfter = inState(.pending, "NOT INDEXED")
    private static let sendingAfter = inState(.sending, "INDEXED BY queue_sending")
    private static let parkedAfter = inState(.parked, "INDEXED BY queue_parked")

    private static func inState(_ state: ResponseState, _ index: String) -> Query {
        queue("\(index) WHERE state = \(state.code) AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?")
    }

    private static func queueInState(_ state: ResponseState) -> Query {
        switch state {
        case .sending: sendingAfter
        case .parked: parkedAfter
        default: pendingAfter
        }
    }

    private static let queueOfPerson = queue(
        "INDEXED BY queue_by_person WHERE person = ? AND sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let receiptsOfPerson = receipts(
        "INDEXED BY receipts_by_person WHERE person = ? AND sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let lastInQueueOfPerson = queue(
        "INDEXED BY queue_by_person WHERE person = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?"
    )
    private static let lastReceiptsOfPerson = receipts(
        "INDEXED BY receipts_by_person WHERE person = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?"
    )
    private static let deliveredAfter = receipts(
        """
        INDEXED BY receipts_delivered WHERE state = \(ResponseState.delivered.code) AND sequence > ?
        ORDER BY sequence LIMIT ?
        """
    )
    private static let erasedAfter = receipts(
        """
        INDEXED BY receipts_erased WHERE state = \(ResponseState.erased.code) AND sequence > ?
        ORDER BY sequence LIMIT ?
        """
    )
    private static let lastDelivered = receipts(
        """
        INDEXED BY receipts_delivered WHERE state = \(ResponseState.delivered.code) AND sequence < ?
        ORDER BY sequence DESC LIMIT ?
        """
    )
    private static let due = queue(
        """
        INDEXED BY queue_due WHERE state = \(pending) AND next_attempt_at <= ?
        ORDER BY next_attempt_at, sequence LIMIT ?
        """
    )
    private static let dueAfter = queue(
        """
        INDEXED BY queue_due WHERE state = \(pending) AND next_attempt_at > ?
        ORDER BY next_attempt_at, sequence LIMIT ?
        """
    )
    private static let newest = Query(
        "SELECT sequence FROM queue WHERE sequence > 0 ORDER BY sequence DESC LIMIT 1 OFFSET ?"
    )
    private static let untried = queue(
        """
        WHERE sequence >= ? AND state = \(pending) AND next_attempt_at <= ? AND reason IS NULL
        ORDER BY sequence DESC LIMIT ?
        """
    )
    private static let parkedBefore = queue(
        "INDEXED BY queue_by_age WHERE state = \(ResponseState.parked.code) AND closed_at < ? ORDER BY closed_at LIMIT ?"
    )
    private static let receiptsBefore = receipts(
        """
        INDEXED BY receipts_by_age WHERE state = ? AND closed_at < ? AND remote IS NULL ORDER BY closed_at LIMIT ?
        """
    )
    private static let unconfirmed = receipts(
        "INDEXED BY receipts_unconfirmed WHERE remote IS NOT NULL AND sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let toDelete = receipts(
        "INDEXED BY receipts_to_delete WHERE remote_wanted = 1 AND sequence > ? ORDER BY sequence LIMIT ?"
    )
    private static let erasedWhileSending = receipts(
        "INDEXED BY receipts_erased_while_sending WHERE remote = 1 AND sequence > 0"
    )

    private static func receiptsAfter(_ state: ResponseState) -> Query {
        state == .erased ? erasedAfter : deliveredAfter
    }
}
