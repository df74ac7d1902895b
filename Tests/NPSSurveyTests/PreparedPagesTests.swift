import Foundation
import HTTPTypes
import NPSModel
import NPSPages
import TestSupport
import Testing

@testable import NPSSurvey

@Suite("Pages that are prepared once for their state")
struct PreparedPagesTests {
    /// As the template library renders them for each request, and joined from prepared pieces.
    private struct BothWays {
        let rendered: SurveyPages
        let prepared: SurveyPages

        init(subject: String = "us", basePath: String = "", _ files: [String: String] = [:]) throws {
            let directory = try TemporaryDirectory(files)
            let appearance = Appearance(
                brand: "Fish & <Chips>",
                accent: try Accent("#e2007a"),
                frameAncestors: try FrameAncestors(["self"])
            )
            prepared = try SurveyPages(
                subject: subject,
                basePath: basePath,
                publicDirectory: directory.path,
                appearance: appearance
            )
            var copy = prepared
            copy.prepared = nil
            rendered = copy
        }

        /// Each page three times: a form that comes back is rendered, then prepared, then comes from the shelf.
        func expectSame(_ page: (SurveyPages) -> Page) {
            let expected = page(rendered)
            for _ in 0..<3 {
                let page = page(prepared)
                #expect(page.html == expected.html)
                #expect(page.headerLines.map(\.name) == expected.headerLines.map(\.name))
                #expect(page.headerLines.map(\.value) == expected.headerLines.map(\.value))
            }
        }
    }

    /// Texts that could end an element or an attribute, pass for a tag or a placeholder, or melt with what is beside them.
    private static let hostile = [
        "", "ana@example.com", "</textarea>\"\u{301} x='&amp;\r\n\0", "{{text.send}} {score} {date}", "\u{200d}\n",
    ]

    private static func contexts(_ language: Language, _ action: String) -> [FormContext] {
        [false, true].flatMap { isPersonal in
            [nil, EarlierAnswer(date: date), EarlierAnswer(date: date, score: 10)].map { earlier in
                let action = isPersonal ? action : nil
                return FormContext(language: language, action: action, isPersonal: isPersonal, earlier: earlier)
            }
        }
    }

    private static let date = Date(timeIntervalSince1970: 1_795_392_000)

    @Test("are the same bytes as rendered ones, whatever was typed", arguments: ["en", "ar"])
    func form(tag: String) throws {
        let pages = try BothWays(subject: "Fish & {title}", basePath: "/a/b")
        for (index, text) in Self.hostile.enumerated() {
            for context in Self.contexts(Language(tag), "/s/" + text) {
                for earlier in [nil, .shown, .unknown] as [EarlierComment?] {
                    let values = FormValues(
                        email: text,
                        score: ["", "0", "9", "<9>", "10"][index],
                        comment: text,
                        issued: text,
                        earlierComment: earlier,
                        removesComment: index.isMultiple(of: 2)
                    )
                    pages.expectSame { $0.form(values, in: context) }
                }
            }
        }
    }

    @Test("are the same bytes in every language", arguments: LanguageTests.tags)
    func languages(tag: String) throws {
        let pages = try BothWays()
        let context = FormContext(
            language: Language(tag),
            action: "/s/a&b",
            isPersonal: true,
            earlier: EarlierAnswer(date: Self.date, score: 3)
        )
        let values = FormValues(score: "10", comment: "<b>", issued: "1", earlierComment: .unknown)
        pages.expectSame { $0.form(values, in: context) }
        pages.expectSame { $0.form(values, problems: [FieldProblem(field: "score", message: "is wrong")], in: context) }
        pages.expectSame { $0.unavailable(values, in: context) }
        pages.expectSame { $0.thanks(score: 0, change: "/s/a&b", in: context) }
    }

    @Test("are the same bytes when the form comes back", arguments: ["en", "ar"])
    func returned(tag: String) throws {
        let pages = try BothWays()
        let fields = [["score"], ["email"], ["comment"], ["id"], ["comment", "email", "score", "id"]]
        for text in Self.hostile {
            for context in Self.contexts(Language(tag), "/s/" + text) {
                let values = FormValues(email: text, score: "3", comment: text, issued: text, earlierComment: .unknown)
                for fields in fields {
                    let problems = fields.map { FieldProblem(field: $0, message: "is wrong") }
                    pages.expectSame { $0.form(values, problems: problems, in: context) }
                }
                pages.expectSame { $0.unavailable(values, in: context) }
                pages.expectSame { $0.tooManyRequests(values, in: context) }
                pages.expectSame { $0.onceMore(values, in: context) }
            }
        }
    }

    @Test("are the same bytes without a form", arguments: ["en", "he"])
    func notices(tag: String) throws {
        let pages = try BothWays()
        for text in Self.hostile {
            let context = FormContext(language: Language(tag), action: text)
            for score in [nil, -1, 0, 10] {
                for change in [nil, text] { pages.expectSame { $0.thanks(score: score, change: change, in: context) } }
            }
            for page in [
                SurveyPages.expired, SurveyPages.unknownLink, SurveyPages.notFound, SurveyPages.closed,
                SurveyPages.tooLarge, SurveyPages.unreadable, SurveyPages.misunderstood, SurveyPages.failed,
                { pages in { pages.tooManyRequests(in: $0) } },
            ] { pages.expectSame { page($0)(context) } }
        }
        pages.expectSame { $0.refused(in: Language(tag)) }
    }

    @Test("print the marks that they are cut at like any other text")
    func marks() throws {
        let pages = try BothWays()
        let marks = try #require(pages.prepared.prepared).marks.values
        let values = FormValues(email: marks[.comment], comment: marks[.nonce] + marks[.email], issued: marks[.action])
        let context = FormContext(action: "/s/" + marks[.issued])
        pages.expectSame { $0.form(values, in: context) }
        pages.expectSame { $0.thanks(change: marks[.sentScore], in: context) }
        #expect(
            pages.prepared.form(values, in: context).html.contains(">\n\(marks[.nonce])\(marks[.email])</textarea>")
        )
    }

    @Test("need no rendering with the built-in templates")
    func allCut() throws {
        #expect(try BothWays().prepared.slowTemplates.isEmpty)
    }

    @Test(
        "are rendered for each request where a template does more with a value than print it",
        arguments: [
            ("form.mustache", "</form>", "</form>{{uppercased(form.comment)}}"),
            ("form.mustache", "</form>", "</form>{{reversed(action)}}"),
            ("form.mustache", "</form>", "</form>{{#empty(form.address.value)}}none{{/empty(form.address.value)}}"),
            ("form.mustache", "</form>", "</form>{{form}}"),
            ("form.mustache", "</form>", "</form><style>p { color: {{form.nonce}} }</style>"),
            ("form.mustache", "</form>", "</form>\n  {{>own}}\n"),
            ("notice.mustache", "<h1>", "<h1>{{capitalized(notice.link.address)}}"),
        ]
    )
    func slow(file: String, place: String, addition: String) throws {
        let source = try #require(PublicFiles(overriddenBy: nil).contents[file])
        let text = String(decoding: source, as: UTF8.self).replacing(place, with: addition)
        let pages = try BothWays([file: text, "own.mustache": "<i>\n{{form.comment}}\n</i>\n"])
        #expect(pages.prepared.slowTemplates == [file])
        for text in Self.hostile {
            for context in Self.contexts(.english, "/s/" + text) {
                let values = FormValues(email: text, comment: text)
                pages.expectSame { $0.form(values, in: context) }
                pages.expectSame { $0.thanks(score: 3, change: text, in: context) }
            }
        }
    }

    @Test("may have functions of what is the same for every request")
    func harmlessFunctions() throws {
        let source = try #require(PublicFiles(overriddenBy: nil).contents["form.mustache"])
        let text = String(decoding: source, as: UTF8.self)
            .replacing("{{text.send}}", with: "{{uppercased(text.send)}}")
            .replacing("{{/form.scores}}", with: "{{^last()}}, {{/last()}}\n{{/form.scores}}")
        let pages = try BothWays(["form.mustache": text])
        #expect(pages.prepared.slowTemplates.isEmpty)
        let values = FormValues(comment: "<b>")
        pages.expectSame { $0.form(values) }
        #expect(pages.prepared.form(FormValues()).html.contains("SEND YOUR ANSWER"))
    }
}

extension PreparedPagesTests {
    /// All forms that a GET can show.
    private static let shown: [(FormContext, EarlierComment?)] = {
        let earlier =
            [
                (nil, nil), (EarlierAnswer(date: date), .unknown), (EarlierAnswer(date: date, score: 3), nil),
                (EarlierAnswer(date: date, score: 3), .shown),
            ] as [(EarlierAnswer?, EarlierComment?)]
        let personal = earlier.map { (FormContext(action: "/s/t", isPersonal: true, earlier: $0), $1) }
        return [(FormContext(), nil), (FormContext(), .unknown)] + personal
    }()

    @Test("of all states of a language take little memory, and a state that comes again takes none")
    func memory() throws {
        var pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
        let shelf = PageShelf(capacity: 100, byteLimit: 1 << 20)
        pages.prepared = PreparedPages(pages.renderer, first: shelf)
        for _ in 0..<2 {
            for score in [""] + (0...10).map(String.init) {
                for (context, earlierComment) in Self.shown {
                    let values = FormValues(score: score, issued: "1", earlierComment: earlierComment)
                    _ = pages.form(values, in: context)
                }
            }
            #expect(shelf.footprint.pages == 72)
        }
        #expect(shelf.footprint.bytes < 128 << 10)
    }

    @Test("of forms that come back are forgotten before they are too many")
    func returnedMemory() throws {
        var pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
        let (first, returned) = (PageShelf(capacity: 9, byteLimit: 1 << 20), PageShelf(capacity: 4, byteLimit: 1 << 20))
        pages.prepared = PreparedPages(pages.renderer, first: first, returned: returned)
        let values = FormValues()
        _ = pages.form(values)
        let fields = ["score", "email", "comment", "id"].map { FieldProblem(field: $0, message: "is wrong") }
        for choice in 1..<16 {
            let problems = fields.enumerated().filter { choice & 1 << $0.offset != 0 }.map(\.element)
            for _ in 0..<2 { _ = pages.form(values, problems: problems) }
            #expect((1...4).contains(returned.footprint.pages))
        }
        #expect(first.footprint.pages == 1)
    }

    @Test("of forms that come back are prepared when they are asked for again")
    func askedAgain() throws {
        var pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
        let returned = PageShelf(capacity: 4, byteLimit: 1 << 20)
        pages.prepared = PreparedPages(pages.renderer, returned: returned)
        for (score, count) in [("1", 0), ("2", 0), ("1", 1), ("1", 1), ("2", 2)] {
            _ = pages.unavailable(FormValues(score: score))
            #expect(returned.footprint.pages == count)
        }
    }

    private func state(_ number: Int) -> PageState {
        PageState(language: .english, content: .notice(PageState.Notice(name: "\(number)")))
    }

    @Test("share equal texts, and are forgotten by generations", arguments: [(6, 1 << 20), (100, 2_400)])
    func shelf(capacity: Int, byteLimit: Int) throws {
        let shelf = PageShelf(capacity: capacity, byteLimit: byteLimit)
        let marks = PageMarks()
        let cuts = PageCuts(Array("<p>\(marks.values[.comment])</p><style>p { }</style>".utf8), at: marks)
        let textCount = "<p></p><style>p { }</style>".utf8.count
        for number in 0..<3 {
            shelf.put(.cut(cuts, [:]), for: state(number))
            #expect(shelf.footprint == (number + 1, textCount + (number + 1) * PageShelf.bytesPerPage))
        }
        for number in 3..<6 { shelf.put(.rendered, for: state(number)) }
        #expect(shelf.footprint == (6, textCount + 6 * PageShelf.bytesPerPage))
        shelf.put(.rendered, for: state(6))
        #expect(shelf.footprint == (4, 4 * PageShelf.bytesPerPage))
        #expect(shelf[state(0)] == nil)
        guard case .rendered? = shelf[state(6)] else {
            Issue.record("the last page is not on the shelf")
            return
        }
    }

    @Test("stay while others ask for them, whoever goes through all states")
    func generations() {
        let shelf = PageShelf(capacity: 20, byteLimit: 1 << 20)
        shelf.put(.rendered, for: state(0))
        for number in 1..<1_000 {
            shelf.put(.rendered, for: state(number))
            #expect(shelf.footprint.pages <= 20)
            if number.isMultiple(of: 9) { #expect(shelf[state(0)] != nil, "\(number)") }
        }
        #expect(shelf[state(980)] == nil && shelf[state(999)] != nil)
    }
}
