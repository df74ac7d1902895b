import Foundation
import GRDB

extension MoveMark: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case token, stage, other, lastResponse, lastEntry, isComplete

        static let selection = allCases.selection
        static let row = Query(MoveMark.self, from: "moving")
    }

    init(_ row: RowValues<Columns>) throws {
        try self.init(
            token: try row[.token],
            stored: try row[.stage],
            other: try row[.other],
            position: MovePosition(
                response: try row[.lastResponse],
                entry: try row[.lastEntry],
                isComplete: try row[.isComplete]
            )
        )
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .token: token.sqliteValue
        case .stage: stage.rawValue.sqliteValue
        case .other: other.sqliteValue
        case .lastResponse: position.response.sqliteValue
        case .lastEntry: position.entry.sqliteValue
        case .isComplete: position.isComplete.sqliteValue
        }
    }

    /// What a file's header says (`PRAGMA user_version`), so that a mark is found without opening the file as a database.
    static let unmarkedVersion = 0
    static let markedVersion = 1

    /// Nil for none.
    init?(reading database: Database) throws {
        guard let mark = try StatementCache(on: database).fetchOne(MoveMark.self, Columns.row) else { return nil }
        self = mark
    }
}

extension QueueError {
    /// Why a collector would not open a file, because of a move; nil for a file without a mark. Opens only a file whose
    /// header says that it has one, since a collector may be using any other.
    ///
    /// - Parameter path: of a database file.
    package static func move(ofFile path: String) -> QueueError? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        // The file format of SQLite, §1.3: four bytes, the most significant first.
        guard let head = try? file.read(upToCount: 64), head.count == 64 else { return nil }
        let version = head[60..<64].reduce(0) { $0 << 8 | Int($1) }
        guard version == MoveMark.markedVersion else { return nil }
        do throws(QueueError) {
            let connection = try DatabaseFile.open(path)
            try? connection.close()
            return nil
        } catch {
            if case .storage = error { return nil }
            return error
        }
    }
}
