import NPSModel
import PlanhatAPI

/// What a file's upsert came to.
struct UpsertSummary: Encodable {
    private(set) var created = 0
    private(set) var updated = 0
    private(set) var unchanged = 0
    private(set) var failed = 0

    /// Adds one answer; returns a line for each error, with the row where it can be told.
    mutating func add(_ result: BulkResult, of rows: [RecordRow]) -> [String] {
        created += result.created
        updated += result.updated
        unchanged += result.nonupdates
        failed += result.errors.count
        return result.errors.map { Self.line(for: $0, rows) }
    }

    private static func line(for error: JSONValue, _ rows: [RecordRow]) -> String {
        let text = error["message"]?.string ?? error["error"]?.string ?? error.string ?? "refused without a reason"
        let quoted = String(decoding: error.canonical, as: UTF8.self)
        let row = rows.first { row in row.draft.sourceId.map { quoted.contains("\"\($0)\"") } ?? false }
        return (row.map { "row \($0.number): " } ?? "a row of this request: ") + Redaction.shortened(text)
    }
}
