/// All languages of the pages. English is always there; it speaks for the languages that aren't.
struct Catalogues: Sendable {
    private let english: Catalogue
    private let others: [Language: Catalogue]

    /// - Parameter others: without English, each completed from it.
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

    /// Puts the subject into every sentence of every language.
    func asking(about subject: String) -> Catalogues {
        Catalogues(
            english: english.asking(about: subject),
            others: others.mapValues { $0.asking(about: subject) }
        )
    }
}
