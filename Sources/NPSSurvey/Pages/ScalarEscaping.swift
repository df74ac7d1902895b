import Mustache

/// HTML escaping that looks at Unicode scalars.
///
/// The template library escapes whole characters, and `"` followed by a combining accent is *one* character that it
/// doesn't know: the quote would pass unescaped and end an attribute. A browser reads scalars, and so does this.
struct ScalarEscaping: MustacheContentType {
    /// Every template begins with this (``PageTemplates`` puts it there): partials would fall back to the library's.
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

    /// A raw CR or NUL is changed by every HTML parser; a reference at least leaves no doubt about it.
    private static let references: [Unicode.Scalar: String] = [
        "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;", "\r": "&#13;", "\0": "\u{FFFD}",
    ]
}
