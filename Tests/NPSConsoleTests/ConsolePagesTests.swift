import Foundation
import HTTPTypes
import NPSModel
import NPSPages
import Testing

@testable import NPSConsole

@Suite("The operators' pages")
struct ConsolePagesTests {
    static let tags = ["en", "de", "ar"]

    let pages: ConsolePages

    init() throws { pages = try ConsolePages() }

    private func file(_ tag: String) throws -> [String: String] {
        let json = try #require(ConsoleFiles().catalogues[tag])
        return try JSONDecoder().decode([String: String].self, from: Data(json))
    }

    @Test("have every sentence in every language, with the same values to fill in", arguments: tags)
    func complete(tag: String) throws {
        let (english, own) = (try file("en"), try file(tag))
        #expect(Set(own.keys) == Set(english.keys))
        for (name, sentence) in own {
            #expect(!sentence.isEmpty, "\(name)")
            let gaps = [sentence, english[name] ?? ""].map {
                $0.matches(of: /\{\w+\}/).map { String($0.output) }.sorted()
            }
            #expect(gaps[0] == gaps[1], "\(name)")
        }
        #expect(own["quality"] == (tag == "en" ? "reviewed" : "machine"))
        #expect(own["direction"] == (tag == "ar" ? "rtl" : "ltr"))
    }

    @Test("are built in whole: every file of the directory")
    func files() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../public/console")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.standardized.path)
        let templates = ConsoleFiles().names
        #expect(Set(names) == Set(templates + ["languages"]))
    }

    @Test(
        "speak the language that was asked for by name, then the browser's, then English",
        arguments: [
            ("de", ["ar"], "de"), (nil, ["fr, ar;q=0.5"], "ar"), ("tlh", ["de-AT"], "de"), (nil, [], "en"),
        ] as [(String?, [String], String)]
    )
    func language(tag: String?, accepted: [String], expected: String) {
        let visit = pages.visit(lang: tag, accepted: accepted)
        #expect(visit.language == Language(expected))
        let page = pages.notice(.notFound, at: .distantPast, in: visit)
        #expect(page.html.contains("<html lang=\"\(expected)\" dir=\"\(expected == "ar" ? "rtl" : "ltr")\">"))
        // Only what was chosen by hand is carried on.
        #expect(page.html.contains("href=\"/console/nps?lang=") == (tag == expected))
    }

    @Test("stay where they are in another language: the rest of the address is carried on")
    func otherLanguage() {
        let visit = pages.visit(lang: "en", accepted: [], query: "lang=en&survey=a%20b&still=1")
        let html = pages.notice(.notFound, at: .distantPast, in: visit).html
        #expect(html.contains("<a href=\"?survey=a%20b&amp;still=1&amp;lang=de\" lang=\"de\">"))
    }

    @Test("say what the program says as text, in English")
    func escaping() {
        let visit = pages.visit(lang: "ar", accepted: [])
        let html = pages.notice(.refused(#"<b>"&"#), at: .distantPast, in: visit).html
        #expect(html.contains(#"<p class="said" lang="en" dir="ltr">&lt;b&gt;&quot;&amp;</p>"#))
    }

    @Test("allow their own style and nothing else, are kept by nobody, and send their forms with their origin")
    func headers() throws {
        let page = pages.notice(.signIn, at: .distantPast, in: pages.visit(lang: nil, accepted: []))
        let fields = Dictionary(page.headers.map { ($0.name.canonicalName, $0.value) }) { first, _ in first }
        let policy = try #require(fields["content-security-policy"])
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(policy.hasSuffix("'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"))
        #expect(fields["cache-control"] == "no-store")
        #expect(fields["x-content-type-options"] == "nosniff")
        #expect(fields["referrer-policy"] == "same-origin")
        #expect(fields["set-cookie"] == nil)
    }
}
