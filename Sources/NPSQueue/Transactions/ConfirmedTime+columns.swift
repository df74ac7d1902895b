import GRDB

extension ConfirmedTime: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case confirmed, claimed, claimedFor

        static let selection = allCases.selection
        static let update = "UPDATE clock SET \(allCases.assignments)"
    }

    init(_ row: RowValues<Columns>) throws {
        let milliseconds: Int64 = try row[.claimedFor]
        self.init(confirmed: try row[.confirmed], claimed: try row[.claimed], claimedFor: .milliseconds(milliseconds))
    }

    func value(of column: Columns) -> (any DatabaseValueConvertible)? {
        switch column {
        case .confirmed: confirmed
        case .claimed: claimed
        case .claimedFor: Int64(exactly: (claimedFor / .milliseconds(1)).rounded()) ?? 0
        }
    }
}
