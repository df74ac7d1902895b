import GRDB
import Testing

@testable import NPSQueue

@Suite("Rows by the names of their columns")
struct ColumnListTests {
    private struct Point: RowDecodable, RowEncodable, Equatable {
        enum Columns: Int, ColumnList {
            case number, seenAt, half

            static let selection = allCases.selection

            var expression: String { self == .half ? "number / 2" : name }
        }

        let number: Int
        let seenAt: Milliseconds?

        init(number: Int, seenAt: Milliseconds?) {
            self.number = number
            self.seenAt = seenAt
        }

        init(_ row: RowValues<Columns>) throws {
            self.init(number: try row[.number], seenAt: try row[.seenAt])
        }

        func value(of column: Columns) -> (any DatabaseValueConvertible)? {
            switch column {
            case .number: number
            case .seenAt: seenAt
            case .half: nil
            }
        }
    }

    @Test("a list has the form that each statement needs")
    func statements() {
        #expect(Point.Columns.selection == "number, seen_at, number / 2")
        #expect(Point.Columns.allCases.assignments == "number = ?, seen_at = ?, half = ?")
        #expect(Point.Columns.allCases.placeholders == "?, ?, ?")
    }

    @Test("rows are read by name, in order, and no more of them than wanted")
    func reading() throws {
        let seenAt = Milliseconds(rawValue: 1_700_000_000_123)
        let points = [
            Point(number: 1, seenAt: nil), Point(number: 2, seenAt: seenAt), Point(number: 3, seenAt: nil),
        ]
        try DatabaseQueue().write { database in
            try database.execute(sql: "CREATE TABLE points (seen_at INTEGER, number INTEGER)")
            for point in points {
                try database.execute(
                    sql: "INSERT INTO points (number, seen_at) VALUES (?, ?)",
                    arguments: [point.number, point.seenAt]
                )
            }
            let source = "points ORDER BY number"
            #expect(try database.fetchAll(Point.self, from: source) == points)
            let some = try database.fetchAll(Point.self, from: source, until: { $0.number == 2 })
            #expect(some == Array(points.prefix(2)))
            #expect(try database.fetchOne(Point.self, from: "points WHERE number = ?", [2]) == points[1])
            #expect(try database.fetchOne(Point.self, from: "points WHERE number = ?", [4]) == nil)
            let latest: Milliseconds? = try database.fetchValue("SELECT MAX(seen_at) FROM points")
            #expect(latest == seenAt)
            let missing: Milliseconds? = try database.fetchValue("SELECT MAX(seen_at) FROM points WHERE number = 1")
            #expect(missing == nil)
        }
    }

    @Test("a column without a value that must have one is an error that names it")
    func damaged() throws {
        try DatabaseQueue().write { database in
            try database.execute(sql: "CREATE TABLE points (seen_at, number); INSERT INTO points VALUES (NULL, NULL)")
            #expect(throws: QueueError.damaged("the column number of a row can't be read")) {
                try database.fetchAll(Point.self, from: "points")
            }
        }
    }
}
