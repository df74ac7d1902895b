import NPSModel

/// What of a response was cut or left out, and the trace of the request that it came with, as they are stored. They stay after
/// delivery.
enum StoredNotes {
    /// What the note with the trace has in the place of a field.
    private static let trace = "traceparent"

    /// Nil when there are none.
    static func json(_ notes: [FieldProblem], trace context: TraceContext? = nil) -> String? {
        var notes = notes
        if let context { notes.append(FieldProblem(field: trace, message: context.header)) }
        guard !notes.isEmpty else { return nil }
        let items = notes.map { JSONValue.object(["field": .string($0.field), "message": .string($0.message)]) }
        return String(decoding: JSONValue.array(items).canonicalBytes, as: UTF8.self)
    }

    /// Nil for a response that nobody traces.
    static func trace(in json: String?) -> TraceContext? {
        guard let json, json.contains(trace) else { return nil }
        return notes(json).last { $0.field == trace }.flatMap { TraceContext($0.message) }
    }

    /// Skips what this version can't read.
    static func notes(_ json: String) -> [FieldProblem] {
        guard case .array(let items)? = try? JSONValue(parsing: Array(json.utf8)) else { return [] }
        return items.compactMap { item in
            guard let field = item["field"]?.string, let message = item["message"]?.string else { return nil }
            return FieldProblem(field: field, message: message)
        }
    }
}
