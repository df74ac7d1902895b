import Foundation
import NPSModel
import NPSPages
import Testing

@testable import NPSSurvey

@Suite("A form with problems")
struct FormProblemsTests {
    let pages: SurveyPages

    init() throws {
        pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
    }

    func html(_ values: FormValues) -> String {
        do {
            _ = try values.check(receivedAt: Date(timeIntervalSince1970: 1_800_000_000))
            return pages.form(values).html
        } catch {
            return pages.form(values, problems: error.problems).html
        }
    }

    @Test("an empty form asks for a number and an address, in the page's order and each with a link")
    func empty() throws {
        let html = html(FormValues())
        #expect(html.contains("<title>Error: How likely"))
        let score = ##"<a href="#score-0">Choose a number from 0 to 10</a>"##
        let email = ##"<a href="#email">Enter your email address, like name@example.com</a>"##
        let first = try #require(html.firstRange(of: score))
        let second = try #require(html.firstRange(of: email))
        #expect(first.lowerBound < second.lowerBound)
        #expect(html.contains(#"role="alert" aria-labelledby="summary" tabindex="-1" autofocus>"#))
        #expect(html.contains(#"aria-invalid="true" aria-describedby="score-problem">"#))
        #expect(html.contains(#"aria-describedby="email-problem email-hint" aria-invalid="true">"#))
        #expect(html.contains(#"<p class="problem" id="score-problem">"#))
        #expect(html.contains(#"<p class="problem" id="email-problem">"#))
        #expect(!html.contains("comment-problem"))
    }

    @Test(
        "every problem is a sentence that says what to do",
        arguments: [
            (FormValues(email: "ana@example", score: "9"), "Check your email address: it should look like"),
            (FormValues(email: "   ", score: "9"), "Enter your email address, like name@example.com"),
            (FormValues(email: "ana@example.com", score: "11"), "Choose a number from 0 to 10"),
            (
                FormValues(email: "ana@example.com", score: "9", comment: String(repeating: "a", count: 10_001)),
                "Shorten"
            ),
            (FormValues(email: "ana@example.com", score: "9", comment: "a\0b"), "Type your comment again"),
        ]
    )
    func sentence(values: FormValues, sentence: String) {
        #expect(html(values).count(of: sentence) == 2)
    }

    @Test("a problem that is not about what was typed asks to send the form once more")
    func foreignProblem() {
        let html = pages.form(FormValues(), problems: [FieldProblem(field: "id", message: "is too long")]).html
        #expect(html.contains("please send it again"))
    }

    @Test("a good form has no problems")
    func good() {
        #expect(!html(FormValues(email: "ana@example.com", score: "0")).contains("class=\"summary\""))
    }

    @Test("what was typed is still there", arguments: [0, 7, 10])
    func kept(score: Int) {
        let values = FormValues(email: "ana@", score: "\(score)", comment: "\nOne\nTwo  ")
        for page in [html(values), pages.unavailable(values).html, pages.tooManyRequests(values).html] {
            #expect(page.contains(#"value="ana@" autocomplete="email""#))
            #expect(page.contains(#"id="score-\#(score)" checked>"#))
            #expect(page.count(of: " checked>") == 1)
            #expect(page.contains(">\n\nOne\nTwo  </textarea>"))
            #expect(page.contains(values.nonce.text))
        }
    }

    @Test(
        "a number that isn't on the scale chooses nothing",
        arguments: ["11", "-1", "9.5", "", "nine", "٩", "<script>"]
    )
    func noSuchScore(_ score: String) {
        #expect(!html(FormValues(score: score)).contains(" checked"))
    }

    @Test(
        "nothing typed can break out of its attribute or element",
        arguments: [
            "<script>alert(1)</script>", "\"><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
            "' onfocus='alert(1)", "</style><style>*{}</style>", "{{{text}}} {{>form}}", "&lt;script&gt;",
            // One character for Swift, an accent after a quote for a browser.
            "\"\u{301} autofocus onfocus=alert(1) x=\"\u{301}", "<\u{338}script>", "\"\u{200d}><script>", ">\u{fe0f}",
        ]
    )
    func escaping(_ hostile: String) {
        let harmless = pages.unavailable(FormValues()).html
        let page = pages.unavailable(FormValues(email: hostile, score: hostile, comment: hostile))
        for mark in ["<", ">", "\"", "'"] as [Unicode.Scalar] {
            let expected = harmless.unicodeScalars.count { $0 == mark }
            #expect(page.html.unicodeScalars.count { $0 == mark } == expected)
        }
        #expect(page.headerLines.map(\.value) == pages.unavailable(FormValues()).headerLines.map(\.value))
    }

    @Test("an ampersand is escaped once")
    func ampersand() {
        #expect(html(FormValues(email: "a&amp;b")).contains(#"value="a&amp;amp;b""#))
    }
}
