import Foundation
import NPSPages
import Testing

@testable import NPSSurvey

@Suite("The languages")
struct LanguageTests {
    static let tags = [
        "en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "ja", "ar", "he",
    ]

    let pages: SurveyPages

    init() throws {
        pages = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
    }

    /// The file in `public/`, without the sentences that it takes from another.
    func file(_ tag: String) throws -> [String: String] {
        let json = try #require(PublicFiles(overriddenBy: nil).contents["languages/\(tag).json"])
        return try JSONDecoder().decode([String: String].self, from: Data(json))
    }

    @Test("are all there, and every file of the directory is built in")
    func all() throws {
        #expect(pages.languages == Set(Self.tags.map { Language($0) }))
        let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../public/languages").standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(Set(names) == Set(Self.tags.map { $0 + ".json" }))
    }

    @Test("have every sentence, with the placeholders of the English one", arguments: tags)
    func complete(tag: String) throws {
        let english = try file("en")
        let own = try file(tag)
        #expect(Set(own.keys) == Set(english.keys))
        for (name, sentence) in own {
            #expect(!sentence.isEmpty, "\(name)")
            for placeholder in ["{subject}", "{title}", "{score}", "{date}"] {
                #expect(sentence.contains(placeholder) == english[name]?.contains(placeholder), "\(name)")
            }
            #expect(sentence.count(where: { $0 == "{" }) == english[name]?.count(where: { $0 == "{" }), "\(name)")
        }
    }

    @Test("say who has checked them, and in which direction they run", arguments: tags)
    func marked(tag: String) throws {
        let own = try file(tag)
        #expect(own["quality"] == (tag == "en" ? "reviewed" : "machine"))
        #expect(own["direction"] == (["ar", "he"].contains(tag) ? "rtl" : "ltr"))
    }

    @Test(
        "ask about us in their own way",
        arguments: [("de", "dass Sie uns "), ("fr", "vous nous "), ("en", " us to a")]
    )
    func us(tag: String, words: String) throws {
        let pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
        #expect(pages.form(FormValues(), in: FormContext(language: Language(tag))).html.contains(words))
    }

    @Test(
        "are chosen by name first, then by the browser's list, and are English otherwise",
        arguments: [
            ("fr", "es", ["de"], "fr"), (nil, "es", ["de"], "es"), ("tlh", nil, ["de"], "de"), (nil, nil, [], "en"),
            (nil, nil, ["fr;q=0.5, de;q=0.8"], "de"), (nil, nil, ["fr;q=0.5", "de;q=0.8"], "de"),
            (nil, nil, ["de;q=0, fr;q=0.001"], "fr"), (nil, nil, ["*"], "en"), (nil, nil, ["pt-BR"], "pt"),
            (nil, nil, ["zh-Hant-TW, ja"], "ja"), (nil, nil, ["DE-at"], "de"), (nil, nil, ["no"], "nb"),
            (nil, nil, ["nn-NO"], "nb"), (nil, nil, ["iw"], "he"), (nil, nil, ["de-x-private"], "de"),
            (nil, nil, ["de;q=1.5, fr;q=high, es; q=0.3"], "es"), (nil, nil, [",;,-,"], "en"),
        ] as [(String?, String?, [String], String)]
    )
    func choice(claim: String?, query: String?, accepted: [String], expected: String) {
        #expect(pages.language(claim, query, accepted: accepted).tag == expected)
    }
}
