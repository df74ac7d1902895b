extension QueueEpoch: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case lineage, number, upsertsThrough, restoredAt, sendsFrom

        static let selection = allCases.selection
        static let row = Query(QueueEpoch.self, from: "epoch")
        static let replacement = Query(
            "INSERT OR REPLACE INTO epoch (id, \(selection)) VALUES (1, \(allCases.placeholders))"
        )
    }

    init(_ row: RowValues<Columns>) throws {
        self.init(lineage: try row[.lineage], number: try row[.number])
        upsertsThrough = try row[.upsertsThrough]
        restoredAt = try row[.restoredAt]
        sendsFrom = try row[.sendsFrom]
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .lineage: lineage.sqliteValue
        case .number: number.sqliteValue
        case .upsertsThrough: upsertsThrough.sqliteValue
        case .restoredAt: restoredAt.sqliteValue
        case .sendsFrom: sendsFrom.sqliteValue
        }
    }
}
