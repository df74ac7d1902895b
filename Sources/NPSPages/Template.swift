/// The source of one template and what its tags refer to. The tags are read here because the template library prints
/// nothing for an unknown name, so that only the people who get the page would notice the gap.
package struct Template: Sendable {
    let file: String
    let source: String

    package init(file: String, source: String) {
        (self.file, self.source) = (file, source)
    }

    /// - Parameters:
    ///   - bytes: UTF-8. Line ends become LF, as in an HTML parser: a style sheet's hash must be that of the text the
    ///     browser sees.
    ///   - isCompacted: whether it is a style sheet whose layout is taken away. It must have no white space within quotes.
    package init(file: String, _ bytes: [UInt8], isCompacted: Bool = false) throws(PageError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .template(file: file, problem: "is not UTF-8 text")
        }
        let source = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        if file.hasSuffix(".css"), source.lowercased().contains("</style") {
            throw .template(file: file, problem: "contains </style, which would end the style sheet there")
        }
        self.init(file: file, source: isCompacted ? Self.compact(source) : source)
    }

    /// The file's name without its extension, by which pages and other templates refer to it.
    var name: String {
        String(file.prefix { $0 != "." })
    }

    /// The templates that this one includes.
    var partials: [String] {
        tags.filter { $0.hasPrefix(">") || $0.hasPrefix("<") }.map {
            String($0.dropFirst().trimmingPrefix(while: \.isWhitespace))
        }
    }

    /// The names of the catalogue's sentences that this one prints, without `text.`.
    var sentences: [String] {
        tags.map { $0.trimmingPrefix { "#^/ ".contains($0) } }
            .filter { $0.hasPrefix("text.") }
            .map { String($0.dropFirst("text.".count)) }
    }

    /// Whether it has tags that print without escaping, or that change the delimiters and so could hide such tags.
    var hasUnescapedTag: Bool {
        ["{{{", "{{&", "{{=", "{{%"].contains { source.contains($0) }
    }

    private var tags: [Substring] {
        source.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().map { rest in
            var tag = rest.prefix { $0 != "}" }
            while tag.last?.isWhitespace == true { tag.removeLast() }
            return tag
        }
    }

    private static func compact(_ style: String) -> String {
        let text = style.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let spaced = ["; ", ": ", ", ", " { ", " {", " } ", " }", "} ", ";}"]
        return spaced.reduce(text) { text, mark in
            text.replacing(mark, with: mark == ";}" ? "}" : mark.filter { $0 != " " })
        }
    }
}
