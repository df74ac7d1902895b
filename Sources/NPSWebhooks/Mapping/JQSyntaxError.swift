import CJQ

/// Why a text is not a jq program, in jq's own words.
struct JQSyntaxError: Error, Hashable {
    struct Mistake: Hashable {
        /// In the program, from 1; nil where jq doesn't say.
        let line: Int?
        let message: String
    }

    /// Never empty.
    let mistakes: [Mistake]
}

/// Collects the messages of libjq while it compiles.
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

    /// - Parameter skippedLines: the lines before the program in the text that was compiled.
    func syntaxError(skippedLines: Int) -> JQSyntaxError {
        let mistakes = texts.compactMap { Self.mistake($0, skippedLines: skippedLines) }
        return JQSyntaxError(mistakes: mistakes.isEmpty ? [.init(line: nil, message: "is not a jq program")] : mistakes)
    }

    /// Reads `jq: error: MESSAGE at <top-level>, line 3:` with an excerpt; nil for the number of errors, which comes last.
    private static func mistake(_ text: String, skippedLines: Int) -> JQSyntaxError.Mistake? {
        let prefix = "jq: error: "
        guard text.hasPrefix(prefix) else { return nil }
        let head = String(text.dropFirst(prefix.count).prefix { !$0.isNewline })
            .replacing(" (Unix shell quoting issues?)", with: "")
        guard let place = head.firstRange(of: " at <top-level>, line ") else {
            return JQSyntaxError.Mistake(line: nil, message: head)
        }
        let number = Int(head[place.upperBound...].prefix { $0.isNumber }) ?? 0
        return JQSyntaxError.Mistake(
            line: number > skippedLines ? number - skippedLines : nil,
            message: String(head[..<place.lowerBound])
        )
    }
}
