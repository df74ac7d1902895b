import Crypto
import Foundation
import HTTPTypes
import NPSModel
import NPSPages
import Testing

@testable import NPSSurvey

@Suite("The survey's pages")
struct SurveyPagesTests {
    let pages: SurveyPages
    let values = FormValues(nonce: FormNonce())

    init() throws {
        pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
    }

    var all: [Page] { all(in: .english) }

    func all(in language: Language) -> [Page] {
        let problems = ["score", "email", "comment"].map { FieldProblem(field: $0, message: "is wrong") }
        let context = FormContext(language: language)
        var again = context
        again.earlier = EarlierAnswer(date: Date(timeIntervalSince1970: 1_795_392_000), score: 9)
        return [
            pages.form(values, in: context), pages.form(values, in: again),
            pages.form(values, problems: problems, in: context), pages.unavailable(values, in: context),
            pages.tooManyRequests(values, in: context), pages.tooManyRequests(in: context), pages.thanks(in: context),
            pages.thanks(score: 9, change: "/s/t", in: context), pages.expired(in: context),
            pages.unknownLink(in: context), pages.notFound(in: context), pages.closed(in: context),
            pages.tooLarge(in: context), pages.unreadable(in: context), pages.failed(in: context),
        ]
    }

    @Test("the question is a legend over eleven radios, its ends named in words")
    func question() {
        let html = pages.form(values).html
        #expect(html.contains("<h1>How likely are you to recommend us to a friend or colleague?</h1></legend>"))
        for score in 0...10 {
            #expect(html.contains(#"<input type="radio" name="score" value="\#(score)" id="score-\#(score)">"#))
        }
        // The first is hidden and has no score: text browsers choose the first for whoever chooses none.
        #expect(html.count(of: "type=\"radio\"") == 12)
        #expect(html.contains(#"<input type="radio" name="score" value="" hidden>"#))
        #expect(html.contains("<b>0</b><span>, not at all likely</span>"))
        #expect(html.contains("<b>10</b><span>, extremely likely</span>"))
        #expect(!html.contains(" checked>"))
        #expect(html.contains(#"name="nonce" value="\#(values.nonce.text)""#))
    }

    @Test("no page has a script, a cookie, another request or a missing sentence")
    func nothingElse() {
        for page in all {
            for forbidden in [
                "<script", "src=", "url(", "@import", "<link", "<img", "style=\"", "{{", "{subject}", "{score}",
                "{date}",
            ] {
                #expect(!page.html.contains(forbidden))
            }
            #expect(!page.html.contains("<h1></h1>"))
            #expect(!page.html.contains("<title></title>"))
            #expect(!page.headerLines.contains { $0.name == "Set-Cookie" })
        }
    }

    @Test("every page weighs at most 10 KB with its style")
    func weight() {
        for language in pages.languages {
            for page in all(in: language) { #expect(page.html.utf8.count <= 10_240, "\(language)") }
        }
    }

    @Test("the policy allows exactly the style sheet in the page")
    func contentSecurityPolicy() throws {
        for page in all {
            let start = try #require(page.html.firstRange(of: "<style>")).upperBound
            let end = try #require(page.html.firstRange(of: "</style>")).lowerBound
            let hash = Data(SHA256.hash(data: Data(page.html[start..<end].utf8))).base64EncodedString()
            #expect(
                page.headerLines.first { $0.name == "Content-Security-Policy" }?.value
                    == "default-src 'none'; style-src 'sha256-\(hash)'; form-action 'self'; base-uri 'none'; "
                    + "frame-ancestors 'none'"
            )
        }
    }

    @Test(
        "every page has the headers that keep it private",
        arguments: [
            ("Content-Type", "text/html; charset=utf-8"), ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex, nofollow"),
            ("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Content-Language", "en"), ("Vary", "Accept-Language"),
        ]
    )
    func headers(name: String, value: String) {
        for page in all { #expect(page.headerLines.filter { $0.name == name }.map(\.value) == [value]) }
    }

    @Test("the form is sent and linked under the base path", arguments: ["", "/a/b", "/a/b/"])
    func basePath(_ basePath: String) throws {
        let pages = try SurveyPages(subject: "us", basePath: basePath, publicDirectory: nil)
        let address = basePath.isEmpty ? "/survey" : "/a/b/survey"
        #expect(pages.form(values).html.contains(#"action="\#(address)""#))
        #expect(pages.unreadable().html.contains(#"href="\#(address)""#))
    }

    @Test("the subject is printed as text, not as HTML")
    func subject() throws {
        let pages = try SurveyPages(subject: "Fish & <b>Chips</b>", basePath: "", publicDirectory: nil)
        let html = pages.form(values).html
        #expect(html.contains("recommend Fish &amp; &lt;b&gt;Chips&lt;/b&gt; to a friend"))
        #expect(html.contains("<title>How likely are you to recommend Fish &amp; &lt;b&gt;Chips"))
    }

    @Test("a page in an unknown language is English")
    func unknownLanguage() {
        #expect(pages.thanks(in: FormContext(language: Language("tlh"))).html == pages.thanks().html)
    }
}

extension String {
    func count(of part: String) -> Int { ranges(of: part).count }
}

extension Page {
    var headerLines: [(name: String, value: String)] { headers.map { ($0.name.rawName, $0.value) } }
}
