import NPSPages

/// The catalogues of all languages. English is always there and stands in for every missing language.
struct Catalogues: Sendable {
    private var english: Catalogue
    private var others: [Language: Catalogue]
    private var known: KnownLanguages
    /// What is filled into the sentences; nil for the sentences as the files have them.
    private var subject: String?

    /// - Parameter others: the other languages, each completed from English.
    init(english: Catalogue, others: [Language: Catalogue]) {
        self.english = english
        self.others = others
        known = KnownLanguages([english.language] + others.keys)
    }

    subscript(language: Language) -> Catalogue {
        let catalogue = others[language] ?? english
        return subject.map(catalogue.asking) ?? catalogue
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
        var copy = self
        copy.subject = subject
        return copy
    }
}

extension Catalogues {
    /// The catalogues with some sentences worded otherwise.
    ///
    /// - Parameter sentences: by language. One that there is no catalogue for takes the others from the nearest: `de-AT` from
    ///   `de`, and what is like none from English.
    func worded(_ sentences: [Language: [String: String]]) -> Catalogues {
        var copy = self
        // A language comes after the shorter ones that it may take sentences from.
        for (language, own) in sentences.sorted(by: { $0.key.tag.utf8.count < $1.key.tag.utf8.count }) {
            if let known = known[language.tag] {
                if known == english.language {
                    copy.english = copy.english.worded(own)
                } else {
                    copy.others[known] = copy.others[known]?.worded(own)
                }
            } else {
                let nearest = lookup([language.tag]).flatMap { copy.others[$0] } ?? copy.english
                copy.others[language] = nearest.worded(own, for: language)
            }
        }
        // Most surveys add no language, and share what finds one.
        if copy.others.count > others.count { copy.known = KnownLanguages([english.language] + copy.others.keys) }
        return copy
    }
}
