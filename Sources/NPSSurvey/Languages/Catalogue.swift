import Foundation

/// The sentences of the pages in one language, read from `public/languages/TAG.json`: one flat object of texts.
///
/// `{subject}` stands for what is recommended, `{title}` for a page's title, `{score}` and `{date}` for an answer's.
/// `direction` is `ltr` or `rtl`, and `quality` says who vouches for the sentences. Sentences whose name ends in `Us`
/// take the place of those without it where the subject is `us`, which not every language can put into a sentence as
/// it puts a name.
struct Catalogue: Sendable {
    let language: Language
    private(set) var messages: [String: String]

    /// - Parameter base: gives the sentences that the file leaves out; nil when the file must have them all.
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

    /// The sentence, or its name if there is none: a page with a hole is worse than one with an odd word.
    subscript(name: String) -> String {
        messages[name] ?? name
    }

    /// Puts the subject into every sentence.
    func asking(about subject: String) -> Catalogue {
        var copy = self
        if subject == "us" {
            for name in ["title", "question"] { copy.messages[name] = messages[name + "Us"] }
        }
        copy.messages = copy.messages.mapValues { $0.replacing("{subject}", with: subject) }
        return copy
    }
}
