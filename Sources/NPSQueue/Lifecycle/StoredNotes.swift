import NPSModel

/// What of a response was cut or left out, as it is stored. It stays after delivery.
enum StoredNotes {
    /// Nil when there are none.
    static func json(_ notes: [FieldProblem]) -> String? {
        guard !notes.isEmpty else { return nil }
        let items = notes.map { JSONValue.object(["field": .string($0.field), "message": .string($0.message)]) }
        return String(decoding: JSONValue.array(items).canonicalBytes, as: UTF8.self)
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
