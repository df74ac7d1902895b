import CPostgres

/// The rows that a statement returned, in binary.
final class PostgresResult {
    private let result: OpaquePointer
    private let libpq: LibpqFunctions

    /// Takes over the result, which is freed with this.
    init(_ result: OpaquePointer, of libpq: LibpqFunctions) {
        self.result = result
        self.libpq = libpq
    }

    deinit { libpq.PQclear(result) }

    var count: Int { Int(libpq.PQntuples(result)) }

    /// How many rows an INSERT, UPDATE or DELETE wrote.
    var written: Int {
        guard let text = libpq.PQcmdTuples(result) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// What was done, such as `COMMIT`.
    var tag: String { libpq.PQcmdStatus(result).map { String(cString: $0) } ?? "" }

    /// The first value of a result that is text, as that of ``PostgresConnection/run(_:within:)`` is; nil for none.
    var text: String? {
        guard count > 0, libpq.PQgetisnull(result, 0, 0) == 0 else { return nil }
        return libpq.PQgetvalue(result, 0, 0).map { String(cString: $0) }
    }

    /// The rows in their order.
    var rows: some Sequence<PostgresRow> { (0..<count).lazy.map { PostgresRow(self, $0) } }

    var first: PostgresRow? { count > 0 ? PostgresRow(self, 0) : nil }

    /// The bytes of a value, valid within the body; nil for NULL.
    fileprivate func withBytes<Value>(
        _ row: Int,
        _ column: Int,
        _ body: (UnsafeRawBufferPointer?) throws -> Value
    ) rethrows -> Value {
        let (row, column) = (CInt(row), CInt(column))
        guard libpq.PQgetisnull(result, row, column) == 0, let start = libpq.PQgetvalue(result, row, column) else {
            return try body(nil)
        }
        return try body(UnsafeRawBufferPointer(start: start, count: Int(libpq.PQgetlength(result, row, column))))
    }
}

/// One row of a result.
struct PostgresRow {
    private let result: PostgresResult
    private let index: Int

    fileprivate init(_ result: PostgresResult, _ index: Int) {
        self.result = result
        self.index = index
    }

    /// Nil for NULL. Throws `damaged` for a value of another type.
    func optional<Value: PostgresValue>(_ column: Int) throws(QueueError) -> Value? {
        // Nil for what is no such value; NULL is a value that is nil.
        let value: Value?? = result.withBytes(index, column) { bytes in
            guard let bytes else { return .some(nil) }
            return Value(bytes).map(Optional.some)
        }
        if let value { return value }
        throw .damaged("column \(column) of a row can't be read")
    }

    /// Throws `damaged` for NULL, too.
    func value<Value: PostgresValue>(_ column: Int) throws(QueueError) -> Value {
        guard let value: Value = try optional(column) else { throw .damaged("column \(column) of a row has no value") }
        return value
    }

    /// The next values by the names of a list, from `column` on.
    func named<Columns: ColumnList>(_ columns: Columns.Type, from column: Int = 0) -> PostgresValues<Columns> {
        PostgresValues(self, from: column)
    }
}

/// The values of one row, by the names of its columns.
struct PostgresValues<Columns: ColumnList> {
    private let row: PostgresRow
    private let first: Int

    fileprivate init(_ row: PostgresRow, from first: Int) {
        self.row = row
        self.first = first
    }

    subscript<Value: PostgresValue>(column: Columns) -> Value {
        get throws(QueueError) { try row.value(first + column.rawValue) }
    }

    subscript<Value: PostgresValue>(optional column: Columns) -> Value? {
        get throws(QueueError) { try row.optional(first + column.rawValue) }
    }
}
