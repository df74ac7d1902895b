import NPSPages

/// The catalogues of all languages. English is always there and stands in for every missing language.
struct Catalogues: Sendable {
    private let english: Catalogue
    private let others: [Language: Catalogue]
    private let known: KnownLanguages

    /// - Parameter others: the other languages, each completed from English.
    init(english: Catalogue, others: [Language: Catalogue]) {
        self.english = english
        self.others = others
        known = KnownLanguages([english.language] + others.keys)
    }

    subscript(language: Language) -> Catalogue {
        others[language] ?? english
    }

    var languages: Set<Language> {
        Set(others.keys).union([english.language])
    }

    /// See `KnownLanguages/lookup(_:)`.
    func lookup(_ ranges: [String]) -> Language? { known.lookup(ranges) }

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
            if let known = known[language.tag] {
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
