import CJQ
import NPSModel

/// What a value is that somebody may have answered. Values are lent.
enum AnswerValue: String {
    case email
    case number
    case score
    case text

    func matches(_ value: jv) -> Bool {
        switch self {
        case .email: Self.isEmail(value)
        case .number: Self.isNumber(value)
        case .score: Self.isScore(value)
        case .text: value.isText
        }
    }

    /// Whether it is null, an empty text or an empty array.
    static func isBlank(_ value: jv) -> Bool {
        switch value.kind {
        case JV_KIND_NULL: true
        case JV_KIND_STRING: jv_string_length_bytes(jv_copy(value)) == 0
        case JV_KIND_ARRAY: jv_array_length(jv_copy(value)) == 0
        default: false
        }
    }

    /// Whether it is a text with one `@`, which may be full-width, between characters that aren't white space. White space
    /// may be around it.
    static func isEmail(_ value: jv) -> Bool {
        value.withText { text in
            guard text.contains(UInt8(ascii: "@")) || text.contains(0xef) else { return false }
            let scalars = trimmed(String(decoding: text, as: UTF8.self).unicodeScalars[...])
            let parts = scalars.split(maxSplits: 2, omittingEmptySubsequences: false) { $0 == "@" || $0 == "＠" }
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(where: isWhiteSpace) }
        }
    }

    /// Whether it is a number, or a text of one in decimal digits with nothing around it but a line feed behind it.
    static func isNumber(_ value: jv) -> Bool {
        if value.kind == JV_KIND_NUMBER { return true }
        return value.withText { text in
            guard let first = text.first, first.isASCIIDigit || first == UInt8(ascii: "-") || first >= 0x80 else {
                return false
            }
            var scalars = String(decoding: text, as: UTF8.self).unicodeScalars[...]
            if scalars.last == "\n" { scalars.removeLast() }
            if scalars.first == "-" { scalars.removeFirst() }
            return scalars.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
                .allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
        }
    }

    /// Whether it is a whole number from 0 to 10, or a text of one. White space may be around the text, and zeros behind
    /// a point.
    static func isScore(_ value: jv) -> Bool {
        if value.kind == JV_KIND_NUMBER { return (0...10).contains(jv_number_value(value)) }
        return value.withText { text in
            guard let first = text.first(where: { $0 > 0x20 }), first.isASCIIDigit || first >= 0x80 else {
                return false
            }
            let parts = trimmed(String(decoding: text, as: UTF8.self).unicodeScalars[...])
                .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 1 || !parts[1].isEmpty && parts[1].allSatisfy({ $0 == "0" }) else { return false }
            return parts[0].elementsEqual("10".unicodeScalars)
                || parts[0].count == 1 && parts[0].allSatisfy(isDigit)
        }
    }

    private static func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var text = text
        while let first = text.first, isWhiteSpace(first) { text.removeFirst() }
        while let last = text.last, isWhiteSpace(last) { text.removeLast() }
        return text
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? ("0"..."9").contains(scalar) : scalar.properties.generalCategory == .decimalNumber
    }

    private static func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
        // Unicode's tables take long.
        scalar.isASCII ? scalar == " " || ("\t"..."\r").contains(scalar) : scalar.properties.isWhitespace
    }
}
