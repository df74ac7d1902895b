/// The catalogues of all languages. English is always there and stands in for every missing language.
struct Catalogues: Sendable {
    private let english: Catalogue
    private let others: [Language: Catalogue]
    /// The languages by their tags in lower case, and by the aliases.
    private let known: [String: Language]

    /// - Parameter others: the other languages, each completed from English.
    init(english: Catalogue, others: [Language: Catalogue]) {
        self.english = english
        self.others = others
        var known = Dictionary(others.keys.map { ($0.tag.lowercased(), $0) }) { first, _ in first }
        known[english.language.tag] = english.language
        for (alias, tag) in Self.aliases where known[alias] == nil { known[alias] = known[tag] }
        self.known = known
    }

    subscript(language: Language) -> Catalogue {
        others[language] ?? english
    }

    var languages: Set<Language> {
        Set(others.keys).union([english.language])
    }

    /// The names of the sentences, the same in every language.
    var sentences: Set<String> {
        english.names
    }

    /// The catalogues with the subject filled into every sentence.
    func asking(about subject: String) -> Catalogues {
        Catalogues(
            english: english.asking(about: subject),
            others: others.mapValues { $0.asking(about: subject) }
        )
    }
}

extension Catalogues {
    /// The catalogues with some sentences worded otherwise.
    ///
    /// - Parameter sentences: by language. One that there is no catalogue for takes the others from the nearest: `de-AT` from
    ///   `de`, and what is like none from English.
    func worded(_ sentences: [Language: [String: String]]) -> Catalogues {
        var (english, others) = (english, others)
        // A language comes after the shorter ones that it may take sentences from.
        for (language, own) in sentences.sorted(by: { $0.key.tag.utf8.count < $1.key.tag.utf8.count }) {
            if let known = known[language.tag.lowercased()] {
                if known == english.language {
                    english = english.worded(own)
                } else {
                    others[known] = others[known]?.worded(own)
                }
            } else {
                let nearest = lookup([language.tag]).flatMap { others[$0] } ?? english
                others[language] = nearest.worded(own, for: language)
            }
        }
        return Catalogues(english: english, others: others)
    }
}

extension Catalogues {
    /// Codes that browsers still send, and the language whose catalogue is used for each.
    private static let aliases = ["no": "nb", "nn": "nb", "iw": "he"]

    /// The first of these ranges for which there is a catalogue, by lookup (RFC 4647 §3.4): `de-AT` finds `de`.
    ///
    /// Nil when there is none. `*` finds nothing.
    func lookup(_ ranges: [String]) -> Language? {
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
