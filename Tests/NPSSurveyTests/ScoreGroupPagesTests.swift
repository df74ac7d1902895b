import Foundation
import NPSModel
import NPSPages
import TestSupport
import Testing

@testable import NPSSurvey

@Suite("Pages that differ by the score")
struct ScoreGroupPagesTests {
    private let standard: SurveyPages

    init() throws {
        standard = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
    }

    private func pages(_ yaml: String) throws -> SurveyPages {
        let directory = try TemporaryDirectory(["a.yaml": yaml])
        let catalogue = try SurveyCatalogue(directory: directory.path, adapting: standard)
        return try #require(catalogue.survey(named: "a")).pages
    }

    /// What the label of the comment's field asks, and what the style sheet can put in its place.
    private func asked(_ pages: SurveyPages, score: String = "", language: String = "en") throws
        -> (question: String, variants: [String])
    {
        let html = pages.form(FormValues(score: score), in: FormContext(language: Language(language))).html
        let label = try #require(
            html.firstMatch(of: /<label for="comment"><span class="asked"([^>]*)><b>([^<]*)<\/b><\/span>/)
        )
        return (String(label.2), label.1.matches(of: /data-[a-z]+="[^"]*"/).map { String($0.0) })
    }

    @Test("the question that fits every score stands there until one is chosen, and the three others are ready")
    func neutral() throws {
        let asked = try asked(standard)
        #expect(asked.question == "What is the main reason for your score?")
        #expect(
            asked.variants == [
                #"data-detractor="What should we do better?""#,
                #"data-passive="What could we still improve?""#,
                #"data-promoter="What do you like most?""#,
            ]
        )
        let style = try #require(standard.form(FormValues()).html.firstMatch(of: /<style>([^\0]*?)<\/style>/)).1
        let rule = "form:has(.scores label:nth-child(-n+7) :checked) .asked::before{content:attr(data-detractor)}"
        #expect(style.contains(rule))
        // Without one of the three there is nothing to put in its place.
        #expect(style.contains("form:has(.scores :checked) .asked[data-passive] b{display:none}"))
    }

    @Test("what a browser without styles shows is one question", arguments: LanguageTests.tags)
    func plain(tag: String) throws {
        for score in ["", "0", "10"] {
            let html = standard.form(FormValues(score: score), in: FormContext(language: Language(tag))).html
            let label = try #require(html.firstMatch(of: /<label for="comment">([^\0]*?)<\/label>/)).1
            let text = String(label).replacing(/<[^>]*>/, with: "")
            let asked = try asked(standard, score: score, language: tag)
            #expect(text.hasPrefix(asked.question) && asked.variants.count == 3)
            #expect(text.dropFirst(asked.question.count).wholeMatch(of: #/ [(（][^()（）]+[)）]/#) != nil, "\(text)")
        }
    }

    @Test(
        "a score that is chosen beforehand, or comes back, has its own question",
        arguments: [
            ("0", "detractor"), ("6", "detractor"), ("7", "passive"), ("8", "passive"), ("9", "promoter"),
            ("10", "promoter"),
        ]
    )
    func chosen(score: String, group: String) throws {
        for tag in LanguageTests.tags {
            let asked = try asked(standard, score: score, language: tag)
            #expect(asked.variants.count == 3 && asked.variants.contains("data-\(group)=\"\(asked.question)\""))
        }
        let question = try asked(standard, score: score).question
        #expect(standard.unavailable(FormValues(score: score)).html.contains("><b>\(question)</b></span>"))
    }

    @Test("a survey may ask everybody the same, and asks in its own words")
    func own() throws {
        let neutral = try asked(pages("follow-ups: neutral"), score: "3")
        #expect(neutral.question == "What is the main reason for your score?" && neutral.variants.isEmpty)
        let same = try pages("languages: {en: {comment: Why?}}")
        for score in ["", "9"] {
            let asked = try asked(same, score: score)
            #expect(asked.question == "Why?" && asked.variants.isEmpty)
        }
        #expect(try asked(same, language: "de").variants.count == 3)
        let own = try pages("languages: {en: {comment: Why?, commentPromoter: What is <best>?}}")
        #expect(try asked(own, score: "9").question == "What is &lt;best&gt;?")
        #expect(
            try asked(own).variants == [
                #"data-detractor="Why?""#, #"data-passive="Why?""#, #"data-promoter="What is &lt;best&gt;?""#,
            ]
        )
        let how = "commentDetractor: How?, commentPassive: How?, commentPromoter: How?"
        let alike = try pages("languages: {en: {comment: Why?, \(how)}}")
        #expect(try asked(alike).variants.count == 3 && asked(alike, score: "0").variants.isEmpty)
    }

    @Test("the thanks have each group's own words and offer, and lead nowhere by themselves")
    func thanks() throws {
        let pages = try pages(
            """
            thanks:
              promoters: {link: "https://reviews.example.com/acme?a=1&b=2"}
              detractors: {link: "mailto:help@example.com"}
            languages:
              en: {thanksBody: Good to know., thanksDetractorBody: We will call you., thanksPromoterLink: Tell others}
            """
        )
        let offer = #/<a class="offer" href="([^"]*)" target="_top" rel="noopener">([^<]*)</#
        func thanks(_ score: Int?) throws -> (body: Bool, called: Bool, offer: [String]) {
            let page = pages.thanks(score: score, change: "/survey/a?answer=1")
            let found = page.html.firstMatch(of: offer).map { [String($0.1), String($0.2)] } ?? []
            #expect(page.html.contains("Change your answer"))
            #expect(!page.headerLines.contains { $0.name == "Location" || $0.name == "Refresh" })
            return (page.html.contains("Good to know."), page.html.contains("We will call you."), found)
        }
        #expect(try thanks(nil) == (true, false, []))
        #expect(try thanks(8) == (true, false, []))
        #expect(try thanks(6) == (false, true, ["mailto:help@example.com", "Talk to us about it"]))
        #expect(try thanks(9) == (true, false, ["https://reviews.example.com/acme?a=1&amp;b=2", "Tell others"]))
        let german = pages.thanks(score: 9, in: FormContext(language: Language("de"))).html
        #expect(german.contains("Eine Bewertung schreiben") && german.contains("Ihre Antwort ist angekommen"))
    }

    @Test("the thanks show the comment as it was written, escaped")
    func comment() throws {
        let page = standard.thanks(score: 9, comment: "Fast & <b>good</b>\nsecond line").html
        #expect(page.contains("You wrote:"))
        #expect(
            page.contains("<blockquote dir=\"auto\">Fast &amp; &lt;b&gt;good&lt;/b&gt;\nsecond line</blockquote>")
        )
        #expect(!standard.thanks(score: 9).html.contains("<blockquote"))
    }

    @Test("what can't be led to is refused, with its line")
    func links() throws {
        for link in ["javascript:alert(1)", "/review", "https://", "ftp://a.example", "https://a.example/\"", "tel:"] {
            let yaml = "thanks:\n  promoters:\n    link: '\(link)'"
            let error = #expect(throws: SurveyError.self) { try pages(yaml) }
            #expect(error?.sentences.first?.contains("a.yaml:3: thanks.promoters.link must be an address") == true)
        }
        let error = #expect(throws: SurveyError.self) { try pages("thanks: {promotors: {}, passives: {url: x}}") }
        #expect(error?.sentences.count == 2)
        #expect(error?.sentences[0].hasSuffix("thanks.promotors is not a known key: did you mean promoters?") == true)
    }
}
