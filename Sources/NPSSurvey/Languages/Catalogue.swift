import Foundation

/// The sentences of the pages in one language, read from `public/languages/TAG.json`: one flat object of texts.
///
/// `{subject}` stands for what is recommended, `{title}` for the page's title, `{score}` and `{date}` for those of an
/// answer. `direction` is `ltr` or `rtl`; `quality` is a ``CatalogueQuality``. Sentences whose name ends in `Us` replace
/// those without it when the subject is `us`, because in many languages a pronoun needs another sentence than a name.
struct Catalogue: Sendable {
    let language: Language
    private(set) var messages: [String: String]

    /// - Parameters:
    ///   - file: the file's name, for error messages.
    ///   - base: has the sentences that the file leaves out; nil when the file must have all of them.
    init(_ json: [UInt8], language: Language, file: String, completing base: Catalogue?) throws(SurveyError) {
        guard let own = try? JSONDecoder().decode([String: String].self, from: Data(json)) else {
            throw .catalogue(file: file, problem: "is not one JSON object of texts")
        }
        if let base, let unknown = own.keys.sorted().first(where: { base.messages[$0] == nil }) {
            throw .catalogue(file: file, problem: "has a sentence named \(unknown), which no page uses")
        }
        messages = (base?.messages ?? [:]).merging(own) { _, own in own }
        guard ["ltr", "rtl"].contains(messages["direction"]) else {
            throw .catalogue(file: file, problem: "needs a direction that is ltr or rtl")
        }
        guard messages["quality"].flatMap(CatalogueQuality.init) != nil else {
            throw .catalogue(file: file, problem: "needs a quality that is reviewed or machine")
        }
        for name in ["title", "question"] where own[name + "Us"] == nil {
            messages[name + "Us"] = own[name] ?? messages[name + "Us"]
        }
        self.language = language
    }

    /// The sentence of this name. An unknown name is returned as it is, so that the mistake is visible on the page.
    subscript(name: String) -> String {
        messages[name] ?? name
    }

    /// The catalogue with the subject filled into every sentence.
    func asking(about subject: String) -> Catalogue {
        var copy = self
        if subject == "us" {
            for name in ["title", "question"] { copy.messages[name] = messages[name + "Us"] }
        }
        copy.messages = copy.messages.mapValues { $0.replacing("{subject}", with: subject) }
        return copy
    }
}

/// Who has checked a catalogue's sentences, as the file says.
enum CatalogueQuality: String, Sendable, CaseIterable {
    /// A person who speaks the language has read all of them.
    case reviewed
    /// They are machine translations that no such person has read.
    case machine
}

/// A language of the pages by its BCP 47 tag, such as `en` or `pt-BR`, which is also the name of its catalogue file.
package struct Language: Sendable, Hashable, CustomStringConvertible {
    package static let english = Language("en")

    package let tag: String

    package init(_ tag: String) {
        self.tag = tag
    }

    package var description: String { tag }
}
