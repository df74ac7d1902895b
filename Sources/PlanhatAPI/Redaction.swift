/// Makes a foreign sentence fit to be kept and shown: the API may quote what was sent to it.
package enum Redaction {
    /// At most 200 characters, without line breaks, anything like an address or a long token replaced.
    package static func shortened(_ text: String) -> String {
        let words = text.prefix(1_000).split(whereSeparator: { $0.isWhitespace || $0.isNewline })
        let safe = words.map { word -> String in
            if word.contains("@") { return "(address)" }
            if word.utf8.count > 40 { return "(…)" }
            return String(word.filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } })
        }
        let line = safe.joined(separator: " ")
        return line.count > 200 ? line.prefix(200) + "…" : line
    }
}
