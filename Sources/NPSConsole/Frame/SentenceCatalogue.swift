import Foundation
import NPSPages

/// The sentences of the console in all languages that it speaks.
struct SentenceCatalogue: Sendable {
    private let english: Sentences
    private let others: [Language: Sentences]
    let known: KnownLanguages

    /// - Parameter files: JSON objects of texts by the languages' tags, English among them. A sentence that another language
    ///   lacks is the English one.
    init(_ files: [String: [UInt8]]) throws(PageError) {
        guard let json = files[Language.english.tag] else {
            throw .sentences(file: "languages/en.json", problem: "is missing")
        }
        let english = try Self.texts(json, of: .english)
        self.english = Sentences(.english, english)
        var others: [Language: Sentences] = [:]
        for (tag, json) in files where tag != Language.english.tag {
            let language = Language(tag)
            let own = try Self.texts(json, of: language)
            if let unknown = own.keys.sorted().first(where: { english[$0] == nil }) {
                let problem = "has a sentence named \(unknown), which no page uses"
                throw .sentences(file: Self.file(of: language), problem: problem)
            }
            others[language] = Sentences(language, english.merging(own) { _, own in own })
        }
        self.others = others
        known = KnownLanguages([.english] + others.keys)
    }

    /// English where there is no other.
    subscript(language: Language) -> Sentences { others[language] ?? english }

    /// In the order in which they can be chosen.
    var all: [Sentences] { [english] + others.values.sorted { $0.language.tag < $1.language.tag } }

    var names: Set<String> { Set(english.texts.keys) }

    private static func texts(_ json: [UInt8], of language: Language) throws(PageError) -> [String: String] {
        guard let texts = try? JSONDecoder().decode([String: String].self, from: Data(json)) else {
            throw .sentences(file: file(of: language), problem: "is not one JSON object of texts")
        }
        return texts
    }

    private static func file(of language: Language) -> String { "languages/\(language.tag).json" }
}
