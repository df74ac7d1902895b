import Foundation
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

        func value(of column: Columns) -> SQLiteValue {
            switch column {
            case .number: number.sqliteValue
            case .seenAt: seenAt.sqliteValue
            case .half: .null
            }
        }
    }

    private static let insertion = Query("INSERT INTO points (number, seen_at) VALUES (?, ?)")
    private static let ordered = Query(Point.self, from: "points ORDER BY number")
    private static let byNumber = Query(Point.self, from: "points WHERE number = ?")
    private static let latest = Query("SELECT MAX(seen_at) FROM points")
    private static let latestOfFirst = Query("SELECT MAX(seen_at) FROM points WHERE number = 1")

    private func withStatements(_ table: String, _ body: (StatementCache) throws -> Void) throws {
        let connection = try DatabaseQueue()
        try connection.writeWithoutTransaction { database in
            try database.execute(sql: table)
            let statements = try StatementCache(on: database)
            defer { statements.invalidate() }
            try body(statements)
        }
        try connection.close()
    }

    @Test("what has no value is NULL, also where the statement had one before and where it wasn't run")
    func nulls() throws {
        try withStatements("CREATE TABLE points (seen_at INTEGER, number INTEGER)") { statements in
            let seenAt = Milliseconds(rawValue: 1_700_000_000_123)
            try statements.execute(Self.insertion, 1, seenAt)
            #expect(throws: DatabaseError.self) { try statements.execute(Self.insertion, 2, seenAt, 3) }
            try statements.execute(Self.insertion, 4, nil as Milliseconds?)
            let points = [Point(number: 1, seenAt: seenAt), Point(number: 4, seenAt: nil)]
            #expect(try statements.fetchAll(Point.self, Self.ordered) == points)
        }
    }

    @Test("a list has the form that each statement needs")
    func statements() {
        #expect(Point.Columns.selection == "number, seen_at, number / 2")
        #expect(Point.Columns.allCases.assignments == "number = ?, seen_at = ?, half = ?")
        #expect(Point.Columns.allCases.placeholders == "?, ?, ?")
        #expect(Point(number: 1, seenAt: nil).values == [.integer(1), .null, .null])
    }

    @Test("rows are read by name, in order, and no more of them than wanted")
    func reading() throws {
        let seenAt = Milliseconds(rawValue: 1_700_000_000_123)
        let points = [
            Point(number: 1, seenAt: nil), Point(number: 2, seenAt: seenAt), Point(number: 3, seenAt: nil),
        ]
        try withStatements("CREATE TABLE points (seen_at INTEGER, number INTEGER)") { statements in
            for point in points { #expect(try statements.execute(Self.insertion, point.number, point.seenAt) == 1) }
            #expect(try statements.fetchAll(Point.self, Self.ordered) == points)
            let some = try statements.fetchAll(Point.self, Self.ordered, values: [], until: { $0.number == 2 })
            #expect(some == Array(points.prefix(2)))
            #expect(try statements.fetchOne(Point.self, Self.byNumber, 2) == points[1])
            #expect(try statements.fetchOne(Point.self, Self.byNumber, 4) == nil)
            let latest: Milliseconds? = try statements.fetchValue(Self.latest)
            #expect(latest == seenAt)
            let missing: Milliseconds? = try statements.fetchValue(Self.latestOfFirst)
            #expect(missing == nil)
        }
    }

    @Test("a column without a value that must have one is an error that names it")
    func damaged() throws {
        let table = "CREATE TABLE points (seen_at, number); INSERT INTO points VALUES (NULL, NULL)"
        try withStatements(table) { statements in
            #expect(throws: QueueError.damaged("the column number of a row can't be read")) {
                try statements.fetchAll(Point.self, Self.ordered)
            }
        }
    }

    private struct Anything: RowDecodable, Equatable {
        enum Columns: Int, ColumnList {
            case number, text, bits, blob, flag

            static let selection = allCases.selection
        }

        let number: Int64
        let text: String
        let bits: UInt128
        let blob: Data
        let flag: Bool

        init(_ row: RowValues<Columns>) throws {
            number = try row[.number]
            text = try row[.text]
            bits = try row[.bits]
            blob = try row[.blob]
            flag = try row[.flag]
        }
    }

    @Test(
        "every kind of value comes back as it was written",
        arguments: [
            (0, "", 0, Data()), (-1, "ünï\u{0}code", 1, Data([0])), (.min, "'; DROP TABLE a; --", .max, Data(0...255)),
        ] as [(Int64, String, UInt64, Data)]
    )
    func values(number: Int64, text: String, high: UInt64, blob: Data) throws {
        let bits = UInt128(high) << 64 | 4_711
        let table = "CREATE TABLE a (number INTEGER, text TEXT, bits BLOB, blob BLOB, flag INTEGER) STRICT"
        try withStatements(table) { statements in
            let insertion = Query("INSERT INTO a VALUES (?, ?, ?, ?, ?)")
            try statements.execute(
                insertion,
                values: [
                    number.sqliteValue, text.sqliteValue, bits.sqliteValue, blob.sqliteValue, true.sqliteValue,
                ]
            )
            let row = try #require(try statements.fetchOne(Anything.self, Query(Anything.self, from: "a")))
            #expect(row.number == number && row.text == text && row.bits == bits && row.blob == blob && row.flag)
        }
    }

    @Test("an error has SQLite's words and none of the values, and the statement can be run again")
    func errors() throws {
        try withStatements("CREATE TABLE a (n INTEGER CHECK (n > 0)) STRICT") { statements in
            let insertion = Query("INSERT INTO a VALUES (?)")
            #expect {
                try statements.execute(insertion, -4_711)
            } throws: { error in
                (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT && !"\(error)".contains("4711")
            }
            let inserted = try statements.execute(insertion, 1)
            #expect(inserted == 1)
            #expect(throws: DatabaseError.self) { try statements.execute(Query("SELECT nothing FROM nowhere")) }
        }
    }
}
