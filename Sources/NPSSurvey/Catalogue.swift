import Foundation

/// The sentences of the pages in one language, read from `public/languages/TAG.json`: one flat object of texts.
///
/// `{subject}` stands for what is recommended and `{title}` for a page's title. `direction` is `ltr` or `rtl`.
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
        self.language = language
    }

    /// The sentence, or its name if there is none: a page with a hole is worse than one with an odd word.
    subscript(name: String) -> String {
        messages[name] ?? name
    }

    /// Puts a value in place of `{placeholder}` in every sentence.
    func filling(_ placeholder: String, with value: String) -> Catalogue {
        var copy = self
        copy.messages = messages.mapValues { $0.replacing("{\(placeholder)}", with: value) }
        return copy
    }
}
