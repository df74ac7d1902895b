import Foundation
import NPSPages

/// The sentences of the pages in one language, read from `public/languages/TAG.json`: one flat object of texts.
///
/// `{subject}` stands for what is recommended, `{title}` for the page's title, `{score}` and `{date}` for those of an
/// answer. `direction` is `ltr` or `rtl`; `quality` is a ``CatalogueQuality``. Sentences whose name ends in `Us` replace
/// those without it when the subject is `us`, because in many languages a pronoun needs another sentence than a name.
struct Catalogue: Sendable {
    /// Sentences that take the place of a general one under some condition. Whoever words only the general one means it for
    /// all of them.
    private static let variants = [
        "title": ["titleUs"], "question": ["questionUs"],
        "comment": ["commentDetractor", "commentPassive", "commentPromoter"],
        "thanksBody": ["thanksDetractorBody", "thanksPassiveBody", "thanksPromoterBody"],
    ]

    let language: Language
    /// The same storage for all surveys.
    private let shared: [String: String]
    /// What is worded otherwise.
    private var own: [String: String] = [:]
    /// What is filled into the sentences; nil for the sentences as the files have them.
    private var subject: String?

    /// - Parameters:
    ///   - file: the file's name, for error messages.
    ///   - base: has the sentences that the file leaves out; nil when the file must have all of them.
    init(_ json: [UInt8], language: Language, file: String, completing base: Catalogue?) throws(SurveyError) {
        guard let own = try? JSONDecoder().decode([String: String].self, from: Data(json)) else {
            throw .catalogue(file: file, problem: "is not one JSON object of texts")
        }
        if let base, let unknown = own.keys.sorted().first(where: { base.shared[$0] == nil }) {
            throw .catalogue(file: file, problem: "has a sentence named \(unknown), which no page uses")
        }
        shared = (base?.shared ?? [:]).merging(Self.completed(own)) { _, own in own }
        self.language = language
        if let problem = problem { throw .catalogue(file: file, problem: problem) }
    }

    private init(_ language: Language, _ shared: [String: String]) {
        self.language = language
        self.shared = shared
    }

    /// The sentence of this name. An unknown name is returned as it is, so that the mistake is visible on the page.
    subscript(name: String) -> String {
        guard let subject else { return plain(name) }
        let variant = subject == "us" ? Self.variants[name]?.first { $0.hasSuffix("Us") } : nil
        let sentence = plain(variant ?? name)
        return sentence.utf8.contains(UInt8(ascii: "{")) ? sentence.replacing("{subject}", with: subject) : sentence
    }

    private func plain(_ name: String) -> String { own[name] ?? shared[name] ?? name }

    func has(_ name: String) -> Bool { shared[name] != nil }

    var names: Set<String> { Set(shared.keys) }

    /// The catalogue with the subject filled into every sentence. It is filled in when the sentence is asked for, so that a
    /// thousand surveys take no more memory than what they word themselves.
    func asking(about subject: String) -> Catalogue {
        var copy = self
        copy.subject = subject
        return copy
    }

    /// The catalogue with some sentences worded otherwise.
    ///
    /// - Parameters:
    ///   - sentences: by names that there are.
    ///   - language: what the catalogue is then for; nil for the same.
    func worded(_ sentences: [String: String], for language: Language? = nil) -> Catalogue {
        var copy = Catalogue(language ?? self.language, shared)
        copy.subject = subject
        copy.own = own.merging(Self.completed(sentences)) { _, new in new }
        return copy
    }

    /// With the variants that follow from a general sentence.
    private static func completed(_ sentences: [String: String]) -> [String: String] {
        var sentences = sentences
        for (general, variants) in variants {
            guard let sentence = sentences[general] else { continue }
            for variant in variants where sentences[variant] == nil { sentences[variant] = sentence }
        }
        return sentences
    }

    private var problem: String? {
        Self.choices.sorted { $0.key < $1.key }.first { !Self.admits(self[$0.key], as: $0.key) }.map { name, words in
            "needs a \(name) that is \(words.joined(separator: " or "))"
        }
    }

    private static let choices = [
        "direction": ["ltr", "rtl"], "quality": CatalogueQuality.allCases.map(\.rawValue),
    ]

    /// Whether this can stand under the name: `direction` and `quality` are no sentences, but one of a few words.
    static func admits(_ text: String, as name: String) -> Bool { choices[name]?.contains(text) ?? true }
}

/// Who has checked a catalogue's sentences, as the file says.
enum CatalogueQuality: String, Sendable, CaseIterable {
    /// A person who speaks the language has read all of them.
    case reviewed
    /// They are machine translations that no such person has read.
    case machine
}
