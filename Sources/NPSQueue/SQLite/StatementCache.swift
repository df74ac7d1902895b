import GRDB
import GRDBSQLite

/// Runs statements on one connection and keeps each prepared.
///
/// It goes around GRDB's own statements, which box every value and look up metadata for each column: half of what an
/// accepted response cost. Errors are GRDB's all the same, with SQLite's message and never a statement's arguments.
///
/// To be used by one thread at a time, and invalidated before its connection is closed.
final class StatementCache {
    private let connection: OpaquePointer
    private var statements: [OpaquePointer?] = []

    init(on database: Database) throws {
        guard let connection = database.sqliteConnection else { throw QueueError.closed }
        self.connection = connection
    }

    deinit {
        invalidate()
    }

    /// Lets go of all statements: a connection that has any isn't really closed.
    func invalidate() {
        for case let statement? in statements { sqlite3_finalize(statement) }
        statements = []
    }

    /// How many rows have been changed since the connection was opened.
    var totalChanges: Int { Int(sqlite3_total_changes64(connection)) }

    var lastInsertedRowID: Int64 { sqlite3_last_insert_rowid(connection) }

    /// Returns how many rows were changed.
    @discardableResult
    func execute<each Value: SQLiteWritable>(_ query: Query, _ values: repeat each Value) throws -> Int {
        try execute(query, values: list(repeat each values))
    }

    /// Returns how many rows were changed.
    @discardableResult
    func execute(_ query: Query, values: [SQLiteValue]) throws -> Int {
        let statement = try bound(query, values)
        defer { Self.finish(statement) }
        while try step(statement) {}
        return Int(sqlite3_changes64(connection))
    }

    /// Rows in the order of the statement.
    ///
    /// - Parameter isEnough: asked about each value; the first for which it is true is the last that is read.
    func fetchAll<Row: RowDecodable>(
        _ type: Row.Type,
        _ query: Query,
        values: [SQLiteValue],
        until isEnough: (Row) -> Bool = { _ in false }
    ) throws -> [Row] {
        let statement = try bound(query, values)
        defer { Self.finish(statement) }
        var rows: [Row] = []
        while try step(statement) {
            let row = try Row(RowValues(statement))
            rows.append(row)
            if isEnough(row) { break }
        }
        return rows
    }

    /// Rows in the order of the statement, and no more once they have `byteLimit` together.
    ///
    /// - Parameter size: of one row, in bytes.
    func fetchAll<Row: RowDecodable>(
        _ type: Row.Type,
        _ query: Query,
        values: [SQLiteValue],
        byteLimit: Int,
        size: (Row) -> Int
    ) throws -> [Row] {
        var bytes = 0
        return try fetchAll(type, query, values: values) { row in
            bytes += size(row)
            return bytes >= byteLimit
        }
    }

    /// Rows in the order of the statement.
    func fetchAll<Row: RowDecodable, each Value: SQLiteWritable>(
        _ type: Row.Type,
        _ query: Query,
        _ values: repeat each Value
    ) throws -> [Row] {
        try fetchAll(type, query, values: list(repeat each values))
    }

    /// The first row; nil when there is none.
    func fetchOne<Row: RowDecodable, each Value: SQLiteWritable>(
        _ type: Row.Type,
        _ query: Query,
        _ values: repeat each Value
    ) throws -> Row? {
        try fetchAll(type, query, values: list(repeat each values), until: { _ in true }).first
    }

    /// The first column of the first row; nil when there is none, or it is NULL.
    func fetchValue<Result: SQLiteReadable, each Value: SQLiteWritable>(
        _ query: Query,
        _ values: repeat each Value
    ) throws -> Result? {
        let statement = try bound(query, list(repeat each values))
        defer { Self.finish(statement) }
        guard try step(statement) else { return nil }
        return Result(statement, 0)
    }

    /// The first column of all rows, without NULLs.
    func fetchValues<Result: SQLiteReadable, each Value: SQLiteWritable>(
        _ query: Query,
        _ values: repeat each Value
    ) throws -> [Result] {
        let statement = try bound(query, list(repeat each values))
        defer { Self.finish(statement) }
        var results: [Result] = []
        while try step(statement) {
            if let result = Result(statement, 0) { results.append(result) }
        }
        return results
    }

    private func list<each Value: SQLiteWritable>(_ values: repeat each Value) -> [SQLiteValue] {
        var list: [SQLiteValue] = []
        for value in repeat each values { list.append(value.sqliteValue) }
        return list
    }

    /// Lets go of its values, too: they may be a person's words.
    private static func finish(_ statement: OpaquePointer) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    /// Whether there is another row.
    private func step(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    private func bound(_ query: Query, _ values: [SQLiteValue]) throws -> OpaquePointer {
        let statement = try prepared(query)
        var index: CInt = 0
        for value in values {
            index += 1
            // As `finish` has left all of them.
            if case .null = value { continue }
            let code = value.bind(to: statement, at: index)
            guard code == SQLITE_OK else {
                let failure = error(code)
                Self.finish(statement)
                throw failure
            }
        }
        return statement
    }

    private func prepared(_ query: Query) throws -> OpaquePointer {
        if query.number < statements.count, let statement = statements[query.number] { return statement }
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sqlite3_prepare_v3(connection, query.text, -1, flags, &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(code) }
        while statements.count <= query.number { statements.append(nil) }
        statements[query.number] = statement
        return statement
    }

    private func error(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
    }
}
