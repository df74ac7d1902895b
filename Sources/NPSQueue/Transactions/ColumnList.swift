import GRDB

/// The columns of one kind of row: the one list from which its statements are generated and by which its values are
/// read.
///
///     enum Columns: Int, ColumnList {
///         case id, receivedAt
///         static let selection = allCases.selection  // "id, received_at"
///     }
///
/// A case has its column's name in camel case. Its raw value, which the compiler counts, is the column's index in the
/// selection, so reading by name costs no look-up.
protocol ColumnList: CaseIterable, RawRepresentable, Sendable where RawValue == Int, AllCases == [Self] {
    /// What SELECT asks for: the column itself, unless the list says otherwise.
    var expression: String { get }
    /// All columns in the order of their cases, as SELECT and INSERT name them. Stored, because statements are looked
    /// up by their text: it is needed each time one is run.
    static var selection: String { get }
}

extension ColumnList {
    var name: String {
        "\(self)".reduce(into: "") { name, letter in
            name += letter.isUppercase ? "_" + letter.lowercased() : "\(letter)"
        }
    }

    var expression: String { name }
}

extension Sequence where Element: ColumnList {
    var selection: String { map(\.expression).joined(separator: ", ") }

    /// For UPDATE: `state = ?, digest = ?`.
    var assignments: String { map { "\($0.name) = ?" }.joined(separator: ", ") }

    /// For VALUES: `?, ?`.
    var placeholders: String { map { _ in "?" }.joined(separator: ", ") }
}

/// The values of one row, by the names of its columns. Valid until the next row is read.
struct RowValues<Columns: ColumnList> {
    private let row: Row
    private let first: Int

    fileprivate init(_ row: Row, first: Int = 0) {
        self.row = row
        self.first = first
    }

    /// Throws `damaged` where the column has no value and must have one: NOT NULL in the table doesn't help in a file
    /// that a disk has damaged. GRDB's own subscript would end the process.
    subscript<Value: DatabaseValueConvertible & StatementColumnConvertible>(column: Columns) -> Value {
        get throws {
            do {
                return try row.decode(atIndex: first + column.rawValue)
            } catch {
                // Without GRDB's words, which have the row's values.
                throw QueueError.damaged("the column \(column.name) of a row can't be read")
            }
        }
    }

    /// The values of another list, whose columns come after these in the same selection.
    func following<Next: ColumnList>(_ columns: Next.Type) -> RowValues<Next> {
        RowValues<Next>(row, first: first + Columns.allCases.count)
    }
}

/// What is read from one row.
protocol RowDecodable {
    associatedtype Columns: ColumnList

    init(_ row: RowValues<Columns>) throws
}

/// What is written as the columns of one row.
protocol RowEncodable {
    associatedtype Columns: ColumnList

    func value(of column: Columns) -> (any DatabaseValueConvertible)?
}

extension RowEncodable {
    /// In the order of ``ColumnList/selection``.
    var values: [(any DatabaseValueConvertible)?] { Columns.allCases.map(value(of:)) }
}

extension Database {
    /// The rows of `SELECT … FROM source`.
    ///
    /// - Parameters:
    ///   - source: the table, and all that SELECT says after it.
    ///   - isEnough: asked about each value; the first for which it is true is the last that is read.
    func fetchAll<Value: RowDecodable>(
        _ type: Value.Type,
        from source: String,
        _ arguments: StatementArguments = [],
        until isEnough: (Value) -> Bool = { _ in false }
    ) throws -> [Value] {
        var values: [Value] = []
        try select(type, from: source, arguments) { value in
            values.append(value)
            return !isEnough(value)
        }
        return values
    }

    /// The first row of `SELECT … FROM source`; nil when there is none.
    func fetchOne<Value: RowDecodable>(
        _ type: Value.Type,
        from source: String,
        _ arguments: StatementArguments = []
    ) throws -> Value? {
        var first: Value?
        try select(type, from: source, arguments) { value in
            first = value
            return false
        }
        return first
    }

    /// The only column of the first row; nil when there is none, or it is NULL.
    func fetchValue<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ sql: String,
        _ arguments: StatementArguments = []
    ) throws -> Value? {
        try Value.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    /// The only column of all rows, which is never NULL.
    func fetchValues<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ sql: String,
        _ arguments: StatementArguments = []
    ) throws -> [Value] {
        try Value.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    /// Decodes each row in place, for as long as the body wants another.
    private func select<Value: RowDecodable>(
        _ type: Value.Type,
        from source: String,
        _ arguments: StatementArguments,
        _ body: (Value) -> Bool
    ) throws {
        let statement = try cachedStatement(sql: "SELECT \(Value.Columns.selection) FROM \(source)")
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        // A cursor that is released resets the statement, and with it the row that is being decoded.
        try withExtendedLifetime(rows) {
            while let row = try rows.next(), try body(Value(RowValues(row))) {}
        }
    }
}
