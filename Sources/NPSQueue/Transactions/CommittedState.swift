import GRDB

/// What the engine remembers between transactions; replaced by the transaction's own copy when that has committed.
struct CommittedState: Sendable {
    var books: Books
    /// Sequences of the responses that were handed out and are not settled. A row that is `sending` without being in
    /// here was claimed by a transaction whose commit failed: nobody sends it.
    var claimed: Set<Int64> = []
}

extension CommittedState {
    init(reading database: Database) throws {
        let columns = """
            accepted, pending, sending, delivered, parked, erased, quarantined, quarantined_bytes, removed_delivered, \
            removed_erased
            """
        guard let row = try Row.fetchOne(database, sql: "SELECT \(columns) FROM books") else {
            throw QueueError.damaged("its books are missing")
        }
        books = Books(
            accepted: row[0],
            pending: row[1],
            sending: row[2],
            delivered: row[3],
            parked: row[4],
            erased: row[5],
            quarantined: row[6],
            quarantinedBytes: row[7],
            removedDelivered: row[8],
            removedErased: row[9]
        )
    }
}
