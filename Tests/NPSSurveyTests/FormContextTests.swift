import Foundation
import NPSModel
import NPSPages
import Testing

@testable import NPSSurvey

@Suite("A form in its context")
struct FormContextTests {
    let pages: SurveyPages
    let values = FormValues(email: "ana@example.com", score: "7", comment: "Fast")
    let personal = FormContext(action: "/a/s/t?x=1", isPersonal: true)

    init() throws {
        pages = try SurveyPages(subject: "us", basePath: "/a", publicDirectory: nil)
    }

    @Test("a personal form goes back to its link and neither asks for the address nor prints it")
    func personalForm() {
        for page in [pages.form(values, in: personal), pages.unavailable(values, in: personal)] {
            #expect(page.html.contains(#"action="/a/s/t?x=1""#))
            #expect(!page.html.contains("name=\"email\""))
            #expect(!page.html.contains("ana@"))
            #expect(page.html.contains(#"id="score-7" checked>"#))
        }
        #expect(pages.unreadable(in: personal).html.contains(#"href="/a/s/t?x=1""#))
    }

    @Test("a bad address in a personal form is not presented as the person's mistake")
    func personalProblem() {
        let problems = [FieldProblem(field: "email", message: "is wrong")]
        #expect(pages.form(values, problems: problems, in: personal).html.contains("please send it again"))
    }

    @Test("an earlier answer is shown with its day, and its score while that is known")
    func earlier() {
        let date = Date(timeIntervalSince1970: 1_795_392_000)
        var context = personal
        context.earlier = EarlierAnswer(date: date)
        let told = pages.form(values, in: context).html
        #expect(told.contains(#"<time datetime="2026-11-23">You answered on November 23, 2026."#))
        context.earlier = EarlierAnswer(date: date, score: 0)
        #expect(pages.form(values, in: context).html.contains("You answered 0 on November 23, 2026."))
    }

    @Test("the thanks show what was sent and link to the form that changes it")
    func thanks() {
        let html = pages.thanks(score: 0, change: "/a/s/t", in: personal).html
        #expect(html.contains("You gave 0 out of 10."))
        #expect(html.contains(#"<a href="/a/s/t">Change your answer</a>"#))
        #expect(!pages.thanks(score: 11).html.contains("out of 10"))
        #expect(!pages.thanks().html.contains("<a "))
    }

    @Test("the time of issue goes out and comes back; the trap is hidden from people")
    func issued() throws {
        let html = pages.form(FormValues(issued: "1.a\"b")).html
        #expect(html.contains(#"<input type="hidden" name="issued" value="1.a&quot;b">"#))
        #expect(html.contains("<label hidden>"))
        let read = try FormValues(parsing: Array("issued=1.a%22b&nps_blank=spam&score=1".utf8))
        #expect(read.issued == "1.a\"b")
        #expect(read.trap == "spam")
        // Forms of an earlier version had a trap that password managers fill.
        #expect(try FormValues(parsing: Array("website=https://example.com&score=1".utf8)).trap.isEmpty)
    }
}
