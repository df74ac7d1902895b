import GRDB
import NPSModel

/// The rows of a queue in SQLite. Sets are looped over: a statement that stays prepared costs less than building one
/// for the set.
struct SQLiteRows: RowStore {
    let database: Database
    let statements: StatementCache
    let personKey: PersonKey
    /// Whether there may be rows that an earlier version wrote; see `upgrade(after:limit:)`.
    let hasFormerRows: Bool
    /// See ``QueueEpoch``.
    var upsertsThrough: Int64 = 0

    func insert(_ responses: [NewResponse], after last: inout Int64) throws -> [StoredResponse?] {
        try responses.map { response in
            if let known = try receipt(response.id) { return known }
            if hasFormerRows, let known = try adopt(response.id) { return known }
            let isNew = try insert(response, as: last + 1)
            if isNew { last += 1 }
            guard !isNew else { return nil }
            guard let known = try load(response.id) else {
                throw QueueError.damaged("a response's id is taken, but its row can't be found")
            }
            return known
        }
    }

    /// False when its id is taken.
    private func insert(_ new: NewResponse, as sequence: Int64) throws -> Bool {
        let values = ResponseTable.queue.insertedValues(of: StoredResponse(new, sequence: sequence))
        return try statements.execute(Self.acceptance, values: values) == 1
    }

    private static let acceptance = Query(ResponseTable.queue.insertion + " ON CONFLICT (id) DO NOTHING")
    private static let queueInsertion = Query(ResponseTable.queue.insertion)
    private static let receiptInsertion = Query(ResponseTable.receipts.insertion)
    private static let queueUpdate = Query(ResponseTable.queue.update)
    private static let receiptUpdate = Query(ResponseTable.receipts.update)
    private static let queueDeletion = Query(ResponseTable.queue.deletion)
    private static let receiptDeletion = Query(ResponseTable.receipts.deletion)
    private static let sending = Query(
        "UPDATE queue SET state = \(ResponseState.sending.code), held_until = NULL WHERE sequence = ?"
    )

    /// Adds a row to the table of its state.
    func insert(_ response: StoredResponse) throws {
        let table = ResponseTable(of: response.lifecycle.state)
        try statements.execute(
            table == .queue ? Self.queueInsertion : Self.receiptInsertion,
            values: table.insertedValues(of: response)
        )
    }

    private func delete(_ response: StoredResponse) throws {
        let table = ResponseTable(of: response.lifecycle.state)
        try statements.execute(
            table == .queue ? Self.queueDeletion : Self.receiptDeletion,
            values: [table.key(of: response)]
        )
    }

    func save(_ changes: [ResponseChange]) throws {
        // By their ids, as receipts are ordered: neighbours are written together.
        let ordered = changes.count > 1 ? changes.sorted { $0.new.id.rawValue < $1.new.id.rawValue } : changes
        for change in ordered {
            let old = ResponseTable(of: change.old.lifecycle.state)
            let new = ResponseTable(of: change.new.lifecycle.state)
            if old == new {
                try statements.execute(
                    new == .queue ? Self.queueUpdate : Self.receiptUpdate,
                    values: new.updatedValues(of: change.new)
                )
            } else {
                try delete(change.old)
                try insert(change.new)
            }
        }
    }

    func remove(_ responses: [StoredResponse]) throws {
        for response in responses { try delete(response) }
    }

    func markSending(_ responses: [StoredResponse]) throws {
        for response in responses { try statements.execute(Self.sending, response.sequence) }
    }

    func storedBytes() throws -> Int64? { nil }

    /// The file is this process's alone.
    func leadership() throws -> Leadership? { nil }
}
