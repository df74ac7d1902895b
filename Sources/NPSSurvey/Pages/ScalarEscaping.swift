import Mustache

/// HTML escaping that looks at Unicode scalars.
///
/// The template library escapes whole characters, and `"` with a combining accent after it is *one* character that it
/// doesn't know: the quote would pass unescaped and end an attribute. Browsers read scalars.
struct ScalarEscaping: MustacheContentType {
    /// ``PageTemplates`` puts this in front of every template; without it, partials use the library's own escaping.
    static let pragma = "{{% CONTENT_TYPE: SCALARS}}"

    static func register() {
        MustacheContentTypes.register(ScalarEscaping(), named: "SCALARS")
    }

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let reference = Self.references[scalar] {
                escaped.append(contentsOf: reference.unicodeScalars)
            } else {
                escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// HTML parsers change a raw CR or NUL; as references they are unambiguous.
    private static let references: [Unicode.Scalar: String] = [
        "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;", "\r": "&#13;", "\0": "\u{FFFD}",
    ]
}
