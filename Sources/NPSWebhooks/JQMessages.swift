import CJQ

/// Gathers what libjq says while it compiles.
final class JQMessages {
    private var lines: [String] = []

    var text: String {
        let useful = lines.filter { !$0.hasPrefix("jq: ") || !$0.hasSuffix("compile error") }
        return (useful.isEmpty ? lines : useful).joined(separator: "; ")
    }

    func collecting<Value>(from pointer: OpaquePointer, _ body: () -> Value) -> Value {
        jq_set_error_cb(
            pointer,
            { context, message in
                defer { jv_free(message) }
                guard let context, jv_get_kind(message) == JV_KIND_STRING else { return }
                let line = String(cString: jv_string_value(message))
                Unmanaged<JQMessages>.fromOpaque(context).takeUnretainedValue().lines.append(line)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        // The callback must not outlive this object.
        defer { jq_set_error_cb(pointer, { _, message in jv_free(message) }, nil) }
        return body()
    }
}
