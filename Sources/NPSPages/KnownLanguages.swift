import NPSModel

/// The languages that there are, and how the one that somebody wants is found among them.
package struct KnownLanguages: Sendable {
    /// By their tags in lower case, and by the aliases.
    private let known: [String: Language]

    package init(_ languages: some Sequence<Language>) {
        var known = Dictionary(languages.map { ($0.tag.lowercased(), $0) }) { first, _ in first }
        for (alias, tag) in Self.aliases where known[alias] == nil { known[alias] = known[tag] }
        self.known = known
    }

    /// The language of exactly this tag, in any case; nil when there is none.
    package subscript(tag: String) -> Language? { known[tag.lowercased()] }

    /// Codes that browsers still send, and the language that is meant by each.
    private static let aliases = ["no": "nb", "nn": "nb", "iw": "he"]

    /// The first of these ranges that there is a language for, by lookup (RFC 4647 §3.4): `de-AT` finds `de`.
    ///
    /// Nil when there is none. `*` finds nothing.
    package func lookup(_ ranges: [String]) -> Language? {
        for range in ranges {
            var tag = Self.beginning(of: range.lowercased())
            while !tag.isEmpty {
                if let language = known[String(tag)] { return language }
                tag = Self.shortened(tag)
            }
        }
        return nil
    }

    /// The first eight subtags: no language has more, and the time that a long header takes has a limit.
    private static func beginning(of tag: String) -> Substring {
        let hyphens = tag.utf8.indices.lazy.filter { tag.utf8[$0] == hyphen }
        return hyphens.dropFirst(7).first.map { tag[..<$0] } ?? tag[...]
    }

    /// Without the last subtag, and without one of a single letter before it, which only introduces it (RFC 4647 §3.4).
    private static func shortened(_ tag: Substring) -> Substring {
        guard let end = tag.utf8.lastIndex(of: hyphen) else { return "" }
        let shorter = tag[..<end]
        guard shorter.utf8.suffix(2).first == hyphen, shorter.utf8.last != hyphen else { return shorter }
        return shorter.dropLast(2)
    }

    private static let hyphen = UInt8(ascii: "-")
}
