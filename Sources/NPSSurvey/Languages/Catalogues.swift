/// The catalogues of all languages. English is always there and stands in for every missing language.
struct Catalogues: Sendable {
    private let english: Catalogue
    private let others: [Language: Catalogue]

    /// - Parameter others: the other languages, each completed from English.
    init(english: Catalogue, others: [Language: Catalogue]) {
        self.english = english
        self.others = others
    }

    subscript(language: Language) -> Catalogue {
        others[language] ?? english
    }

    var languages: Set<Language> {
        Set(others.keys).union([english.language])
    }

    /// The names of the sentences, the same in every language.
    var sentences: Set<String> {
        Set(english.messages.keys)
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
    /// Codes that browsers still send, and the language whose catalogue is used for each.
    private static let aliases = ["no": "nb", "nn": "nb", "iw": "he"]

    /// The first of these ranges for which there is a catalogue, by lookup (RFC 4647 §3.4): `de-AT` finds `de`.
    ///
    /// Nil when there is none. `*` finds nothing.
    func lookup(_ ranges: [String]) -> Language? {
        let known = Dictionary(languages.map { ($0.tag.lowercased(), $0) }) { first, _ in first }
        for range in ranges {
            var subtags = range.lowercased().split(separator: "-", omittingEmptySubsequences: false).prefix(8)
            while !subtags.isEmpty {
                let tag = subtags.joined(separator: "-")
                if let language = known[tag] ?? Self.aliases[tag].flatMap({ known[$0] }) { return language }
                subtags.removeLast()
                // A single-letter subtag only introduces the one after it (RFC 4647 §3.4).
                if subtags.last?.count == 1 { subtags.removeLast() }
            }
        }
        return nil
    }
}
