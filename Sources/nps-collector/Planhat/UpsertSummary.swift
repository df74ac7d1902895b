import NPSModel
import PlanhatAPI

/// The outcome of upserting a file.
struct UpsertSummary: Encodable {
    private(set) var created = 0
    private(set) var updated = 0
    private(set) var unchanged = 0
    /// Errors that Planhat listed.
    private(set) var failed = 0
    /// Rows that were sent, but that neither the counts nor the errors account for.
    private(set) var unconfirmed = 0
    /// Rows that were not sent, because they are wrong or because an earlier request failed.
    var notSent = 0

    var isComplete: Bool { failed == 0 && unconfirmed == 0 && notSent == 0 }

    /// Adds the result of one request; returns a line for each error, with its row where that is known.
    mutating func add(_ result: BulkResult, of rows: [RecordRow]) -> [String] {
        created += result.created
        updated += result.updated
        unchanged += result.nonupdates
        failed += result.errors.count
        let accounted = min(rows.count, result.applied) + result.errors.count
        unconfirmed += max(0, rows.count - accounted)
        return result.errors.map { Self.line(for: $0, rows) }
    }

    /// Adds rows whose request got no usable answer and may have been applied.
    mutating func addUnconfirmed(_ rows: Int) {
        unconfirmed += rows
    }

    func table() -> String {
        var table = Table([Table.Column("outcome"), Table.Column("records", .right)])
        table.add(["created", "\(created)"])
        table.add(["updated", "\(updated)"])
        table.add(["unchanged", "\(unchanged)"])
        table.add(["refused by Planhat", "\(failed)"])
        table.add(["sent, but not confirmed", "\(unconfirmed)"])
        table.add(["not sent", "\(notSent)"])
        return table.render()
    }

    private static func line(for error: JSONValue, _ rows: [RecordRow]) -> String {
        let text = ErrorMessage.text(of: error) ?? "refused without a reason"
        let row = row(named: String(decoding: error.canonical, as: UTF8.self), rows)
        let place =
            row.map { "row \($0.number)" } ?? "a row from \(rows.first?.number ?? 0) to \(rows.last?.number ?? 0)"
        let secrets = [row?.draft.email, row?.draft.comment].compactMap { $0 }
        return place + ": " + Redaction.shortened(text, hiding: secrets)
    }

    /// The row whose `sourceId` or address stands in the error; nil when none or several do.
    private static func row(named error: String, _ rows: [RecordRow]) -> RecordRow? {
        if rows.count == 1 { return rows.first }
        for name in [\RecordDraft.sourceId, \RecordDraft.email] {
            let named = rows.filter { row in row.draft[keyPath: name].map { mentions(error, $0) } ?? false }
            if named.count == 1 { return named.first }
        }
        return nil
    }

    /// Whether the whole name occurs: an error about `s12` doesn't mention `s1`.
    private static func mentions(_ error: String, _ name: String) -> Bool {
        var rest = error[...]
        while let range = rest.firstRange(of: name) {
            let before = error[..<range.lowerBound].last
            let after = error[range.upperBound...].first
            if !isNamePart(before), !isNamePart(after) { return true }
            rest = error[range.upperBound...]
        }
        return false
    }

    private static func isNamePart(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." || $0 == "@" } ?? false
    }
}
