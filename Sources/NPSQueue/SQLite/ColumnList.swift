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
    private let statement: OpaquePointer
    private let first: Int

    init(_ statement: OpaquePointer, first: Int = 0) {
        self.statement = statement
        self.first = first
    }

    /// Throws `damaged` where the column has no value and must have one: NOT NULL in the table doesn't help in a file
    /// that a disk has damaged.
    subscript<Value: SQLiteReadable>(column: Columns) -> Value {
        get throws {
            guard let value = Value(statement, CInt(first + column.rawValue)) else {
                // Without the row's values.
                throw QueueError.damaged("the column \(column.name) of a row can't be read")
            }
            return value
        }
    }

    /// The values of another list, whose columns come after these in the same selection.
    func following<Next: ColumnList>(_ columns: Next.Type) -> RowValues<Next> {
        RowValues<Next>(statement, first: first + Columns.allCases.count)
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

    func value(of column: Columns) -> SQLiteValue
}

extension RowEncodable {
    /// In the order of ``ColumnList/selection``.
    var values: [SQLiteValue] { Columns.allCases.map(value(of:)) }
}
