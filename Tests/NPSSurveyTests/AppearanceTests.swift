import NPSPages
import Testing

@testable import NPSSurvey

@Suite("The operator's brand")
struct AppearanceTests {
    let values = FormValues()

    @Test("the name is on every page, as text")
    func brand() throws {
        let appearance = Appearance(brand: "Fish & <Chips>")
        let pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil, appearance: appearance)
        for page in [pages.form(values), pages.thanks(), pages.notFound()] {
            #expect(page.html.contains(#"<p class="brand">Fish &amp; &lt;Chips&gt;</p>"#))
        }
        let plain = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
        #expect(!plain.form(values).html.contains("class=\"brand\""))
    }

    @Test(
        "the accent is darkened or lightened until it has 7:1",
        arguments: ["#14465a", "#ff0000", "#e2007a", "#0a7d4b", "#000000", "#808080", "#1DA1F2", "#f5a623"]
    )
    func accent(_ text: String) throws {
        let accent = try Accent(text)
        let light = try #require(Color("#faf8f4"))
        let dark = try #require(Color("#1e2124"))
        #expect(accent.light.contrast(to: light) >= 7)
        #expect(accent.light.contrast(to: .white) >= 7)
        #expect(accent.dark.contrast(to: dark) >= 7)
        #expect(accent.dark.contrast(to: try #require(Color("#0a1216"))) >= 7)
    }

    @Test("a colour with enough contrast stays as it is")
    func unchanged() throws {
        #expect(try Accent("#14465a").light.description == "#14465a")
        #expect(try Accent("#a8d8e8").dark.description == "#a8d8e8")
    }

    @Test("contrast is computed as WCAG does", arguments: [("#000000", 21.0), ("#777777", 4.478), ("#ffffff", 1.0)])
    func contrast(text: String, ratio: Double) throws {
        #expect(abs(try #require(Color(text)).contrast(to: .white) - ratio) < 0.001)
    }

    @Test(
        "text that is not a colour, or a colour too pale to be seen, is refused",
        arguments: ["red", "#fff", "#14465", "#14465g", ""]
    )
    func noColor(_ text: String) {
        #expect(throws: SurveyError.accent(problem: "must be a colour such as #14465a")) { try Accent(text) }
    }

    @Test("the error for a pale colour names the nearest that works")
    func pale() throws {
        let error = #expect(throws: SurveyError.self) { try Accent("#ffff00") }
        let sentence = try #require(error?.description)
        let suggestion = try #require(sentence.split(separator: " ").first { $0.hasPrefix("#") })
        #expect(try Accent(String(suggestion)).light.description == suggestion)
    }

    @Test("the accent is part of the style that the policy allows")
    func style() throws {
        let appearance = Appearance(accent: try Accent("#e2007a"))
        let pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil, appearance: appearance)
        let html = pages.form(values).html
        #expect(html.contains("--accent:\(try Accent("#e2007a").light) }"))
        #expect(html.count(of: "<style>") == 1)
        #expect(html.utf8.count <= 10_240)
    }

    @Test(
        "a site with a Cross-Origin-Embedder-Policy can frame the form, if it may frame it at all",
        arguments: [[], ["https://a.example"]]
    )
    func embedding(sources: [String]) throws {
        let appearance = Appearance(frameAncestors: try FrameAncestors(sources))
        let pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil, appearance: appearance)
        let headers = Dictionary(uniqueKeysWithValues: pages.form(values).headerLines.map { ($0.name, $0.value) })
        #expect(headers["Cross-Origin-Resource-Policy"] == (sources.isEmpty ? "same-origin" : "cross-origin"))
        #expect(headers["Cross-Origin-Embedder-Policy"] == (sources.isEmpty ? nil : "require-corp"))
    }

    @Test(
        "nobody may frame the form, or only the named origins",
        arguments: [
            ([], "'none'"), (["none"], "'none'"), (["self"], "'self'"),
            (
                ["self", "https://www.example.com", "https://*.example.org:8443"],
                "'self' https://www.example.com https://*.example.org:8443"
            ),
        ] as [([String], String)]
    )
    func frames(sources: [String], value: String) throws {
        let appearance = Appearance(frameAncestors: try FrameAncestors(sources))
        let pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil, appearance: appearance)
        let policy = pages.thanks().headerLines.first { $0.name == "Content-Security-Policy" }?.value
        #expect(policy?.hasSuffix("; frame-ancestors \(value)") == true)
    }

    @Test(
        "text that is not an origin can't change the policy",
        arguments: ["*", "example.com", "https://a.example; script-src *", "https://", "https://a b", "none", "'self'"]
    )
    func badFrames(_ source: String) {
        #expect(throws: SurveyError.frameAncestors) { try FrameAncestors(["self", source]) }
    }
}
