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

    /// Puts a value in place of `{placeholder}` in every sentence of every language.
    func filling(_ placeholder: String, with value: String) -> Catalogues {
        Catalogues(
            english: english.filling(placeholder, with: value),
            others: others.mapValues { $0.filling(placeholder, with: value) }
        )
    }
}
