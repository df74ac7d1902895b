import Foundation
import GRDB
import GRDBSQLite

extension QueueError {
    /// Why a collector would not open a file, as far as can be told while a collector may be using it; nil for no reason.
    ///
    /// - Parameter path: of a database file.
    package static func refusal(ofFile path: String) -> QueueError? {
        if DatabaseFile.hasForeignLog(path) { return .foreignLog(path: path) }
        if isNewer(path) { return .newerSchema(path: path) }
        return move(ofFile: path)
    }

    /// Whether a newer version of this program has changed the tables. What stands only in the log isn't seen: a collector that
    /// stops leaves none.
    private static func isNewer(_ path: String) -> Bool {
        // Without locks, and without looking at the log: whoever uses the file doesn't notice.
        guard
            let name = URL(filePath: path).absoluteURL.path.addingPercentEncoding(
                withAllowedCharacters: .urlPathAllowed
            )
        else { return false }
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        guard sqlite3_open_v2("file:\(name)?immutable=1", &connection, flags, nil) == SQLITE_OK else { return false }
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        let sql = "SELECT identifier FROM grdb_migrations"
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else { return false }
        let known = Set(Schema.migrator.migrations)
        while sqlite3_step(statement) == SQLITE_ROW {
            guard let text = sqlite3_column_text(statement, 0) else { continue }
            if !known.contains(String(cString: text)) { return true }
        }
        return false
    }
}
