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

    /// What the label of the comment's field holds, element by element.
    private func asked(_ pages: SurveyPages, score: String = "", language: String = "en") throws -> [String] {
        let html = pages.form(FormValues(score: score), in: FormContext(language: Language(language))).html
        let label = try #require(html.firstMatch(of: /<label for="comment"><span class="asked">([^\0]*?)<\/span>/))
        return label.1.matches(of: /<b.*?<\/b>/).map { String($0.0) }
    }

    @Test("the question that fits every score stands there until one is chosen, and the three others are ready")
    func neutral() throws {
        #expect(
            try asked(standard) == [
                "<b>What is the main reason for your score?</b>",
                #"<b class="detractor" hidden> What should we do better?</b>"#,
                #"<b class="passive" hidden> What could we still improve?</b>"#,
                #"<b class="promoter" hidden> What do you like most?</b>"#,
            ]
        )
        let style = try #require(standard.form(FormValues()).html.firstMatch(of: /<style>([^\0]*?)<\/style>/)).1
        #expect(style.contains("form:has(.scores label:nth-child(-n+7) :checked) .asked .detractor,"))
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
            #expect(asked.count == 3 && asked[0].hasPrefix("<b class=\"\(group)\">"))
            #expect(asked[1...].allSatisfy { $0.contains(" hidden>") && !$0.contains("class=\"\(group)\"") })
        }
        let html = standard.unavailable(FormValues(score: score)).html
        #expect(html.contains("<span class=\"asked\"><b class=\"\(group)\">"))
    }

    @Test("a survey may ask everybody the same, and asks in its own words")
    func own() throws {
        let neutral = try pages("follow-ups: neutral")
        #expect(try asked(neutral, score: "3") == ["<b>What is the main reason for your score?</b>"])
        let same = try pages("languages: {en: {comment: Why?}}")
        #expect(try asked(same) == ["<b>Why?</b>"])
        #expect(try asked(same, score: "9") == [#"<b class="promoter">Why?</b>"#])
        #expect(try asked(same, language: "de").count == 4)
        let own = try pages("languages: {en: {comment: Why?, commentPromoter: What is best?}}")
        #expect(try asked(own, score: "9").first == #"<b class="promoter">What is best?</b>"#)
        #expect(try asked(own).map { $0.contains("Why?") } == [true, true, true, false])
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
