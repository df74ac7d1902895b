/// The source of one template and what its tags refer to, read before the template library sees it: the library
/// prints nothing for an unknown name, and a page with a silent hole is found only by the people who get it.
struct Template {
    let file: String
    let source: String

    /// How pages call it: the file's name without its extension.
    var name: String {
        String(file.prefix { $0 != "." })
    }

    /// The templates that this one includes.
    var partials: [String] {
        tags.filter { $0.hasPrefix(">") || $0.hasPrefix("<") }.map {
            String($0.dropFirst().trimmingPrefix(while: \.isWhitespace))
        }
    }

    /// The catalogue's sentences that this one prints, without their `text.`.
    var sentences: [String] {
        tags.map { $0.trimmingPrefix { "#^/ ".contains($0) } }
            .filter { $0.hasPrefix("text.") }
            .map { String($0.dropFirst("text.".count)) }
    }

    /// Tags that print without escaping, or that change what a tag looks like and so could hide one.
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
}
