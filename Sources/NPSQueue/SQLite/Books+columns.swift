extension Books: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case accepted, pending, sending, delivered, parked, erased
        case quarantined, quarantinedBytes, removedDelivered, removedErased, interruptedUntil, unconfirmed, lastSequence

        static let selection = allCases.selection
        static let row = Query(Books.self, from: "books")
        static let update = Query("UPDATE books SET \(allCases.assignments)")
    }

    init(_ row: RowValues<Columns>) throws {
        accepted = try row[.accepted]
        pending = try row[.pending]
        sending = try row[.sending]
        delivered = try row[.delivered]
        parked = try row[.parked]
        erased = try row[.erased]
        quarantined = try row[.quarantined]
        quarantinedBytes = try row[.quarantinedBytes]
        removedDelivered = try row[.removedDelivered]
        removedErased = try row[.removedErased]
        interruptedUntil = try row[.interruptedUntil]
        unconfirmed = try row[.unconfirmed]
        lastSequence = try row[.lastSequence]
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .accepted: accepted.sqliteValue
        case .pending: pending.sqliteValue
        case .sending: sending.sqliteValue
        case .delivered: delivered.sqliteValue
        case .parked: parked.sqliteValue
        case .erased: erased.sqliteValue
        case .quarantined: quarantined.sqliteValue
        case .quarantinedBytes: quarantinedBytes.sqliteValue
        case .removedDelivered: removedDelivered.sqliteValue
        case .removedErased: removedErased.sqliteValue
        case .interruptedUntil: interruptedUntil.sqliteValue
        case .unconfirmed: unconfirmed.sqliteValue
        case .lastSequence: lastSequence.sqliteValue
        }
    }
}
