import CJQ

/// Gathers what libjq says while it compiles.
final class JQMessages {
    private var texts: [String] = []

    func collecting<Value>(from pointer: OpaquePointer, _ body: () -> Value) -> Value {
        jq_set_error_cb(
            pointer,
            { context, message in
                defer { jv_free(message) }
                guard let context, jv_get_kind(message) == JV_KIND_STRING else { return }
                let text = String(cString: jv_string_value(message))
                Unmanaged<JQMessages>.fromOpaque(context).takeUnretainedValue().texts.append(text)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
        // The callback must not outlive this object, and without one libjq writes to standard error.
        defer { jq_set_error_cb(pointer, { _, message in jv_free(message) }, nil) }
        return body()
    }

    /// - Parameter skippedLines: stood before the program in what was compiled.
    func syntaxError(skippedLines: Int) -> JQSyntaxError {
        let flaws = texts.compactMap { Self.flaw($0, skippedLines: skippedLines) }
        return JQSyntaxError(flaws: flaws.isEmpty ? [.init(line: nil, message: "is not a jq program")] : flaws)
    }

    /// `jq: error: MESSAGE at <top-level>, line 3:` and an excerpt; nil for the count of errors that comes last.
    private static func flaw(_ text: String, skippedLines: Int) -> JQSyntaxError.Flaw? {
        let prefix = "jq: error: "
        guard text.hasPrefix(prefix) else { return nil }
        let head = String(text.dropFirst(prefix.count).prefix { !$0.isNewline })
            .replacing(" (Unix shell quoting issues?)", with: "")
        guard let place = head.firstRange(of: " at <top-level>, line ") else {
            return JQSyntaxError.Flaw(line: nil, message: head)
        }
        let number = Int(head[place.upperBound...].prefix { $0.isNumber }) ?? 0
        return JQSyntaxError.Flaw(
            line: number > skippedLines ? number - skippedLines : nil,
            message: String(head[..<place.lowerBound])
        )
    }
}
