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
        guard let books = try database.fetchOne(Books.self, from: "books") else {
            throw QueueError.damaged("its books are missing")
        }
        self.books = books
    }
}

extension Books: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case accepted, pending, sending, delivered, parked, erased
        case quarantined, quarantinedBytes, removedDelivered, removedErased

        static let selection = allCases.selection
        static let update = "UPDATE books SET \(allCases.assignments)"
    }

    init(_ row: RowValues<Columns>) {
        accepted = row[.accepted]
        pending = row[.pending]
        sending = row[.sending]
        delivered = row[.delivered]
        parked = row[.parked]
        erased = row[.erased]
        quarantined = row[.quarantined]
        quarantinedBytes = row[.quarantinedBytes]
        removedDelivered = row[.removedDelivered]
        removedErased = row[.removedErased]
    }

    func value(of column: Columns) -> DatabaseValue {
        switch column {
        case .accepted: accepted.databaseValue
        case .pending: pending.databaseValue
        case .sending: sending.databaseValue
        case .delivered: delivered.databaseValue
        case .parked: parked.databaseValue
        case .erased: erased.databaseValue
        case .quarantined: quarantined.databaseValue
        case .quarantinedBytes: quarantinedBytes.databaseValue
        case .removedDelivered: removedDelivered.databaseValue
        case .removedErased: removedErased.databaseValue
        }
    }
}
