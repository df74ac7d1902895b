extension ConfirmedTime: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case confirmed, claimed, claimedFor

        static let selection = allCases.selection
        static let row = Query(ConfirmedTime.self, from: "clock")
        static let update = Query("UPDATE clock SET \(allCases.assignments)")
    }

    init(_ row: RowValues<Columns>) throws {
        let milliseconds: Int64 = try row[.claimedFor]
        self.init(confirmed: try row[.confirmed], claimed: try row[.claimed], claimedFor: .milliseconds(milliseconds))
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .confirmed: confirmed.sqliteValue
        case .claimed: claimed.sqliteValue
        case .claimedFor: (Int64(exactly: (claimedFor / .milliseconds(1)).rounded()) ?? 0).sqliteValue
        }
    }
}
