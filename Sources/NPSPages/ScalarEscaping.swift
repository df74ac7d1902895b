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

    func escapeText(_ text: String) -> String { HTMLText.escaped(text) }
}
