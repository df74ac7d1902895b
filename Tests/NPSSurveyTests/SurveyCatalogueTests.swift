import Foundation
import NPSModel
import NPSPages
import TestSupport
import Testing

@testable import NPSSurvey

@Suite("Surveys of a directory")
struct SurveyCatalogueTests {
    private let standard: SurveyPages

    init() throws {
        standard = try SurveyPages(
            subject: "Acme",
            basePath: "/a",
            publicDirectory: nil,
            appearance: Appearance(brand: "Acme", accent: try Accent("#14465a"))
        )
    }

    private func survey(_ yaml: String) throws -> Survey {
        let directory = try TemporaryDirectory(["onboarding.yaml": yaml])
        let catalogue = try SurveyCatalogue(directory: directory.path, adapting: standard)
        return try #require(catalogue.survey(named: "onboarding"))
    }

    private func text(_ page: Page) -> String {
        page.html.replacing(/name="nonce" value="[^"]*"/, with: "")
    }

    @Test("have the settings' pages where they say nothing, at an address of their own")
    func standardPages() throws {
        let survey = try survey("")
        for tag in ["en", "de", "ar"] {
            let context = FormContext(language: Language(tag))
            let expected = text(standard.form(FormValues(), in: context))
            let own = text(survey.pages.form(FormValues(), in: context))
            #expect(own == expected.replacing("action=\"/a/survey\"", with: "action=\"/a/survey/onboarding\""))
        }
    }

    @Test("have their own wording, and fall back sentence by sentence and language by language")
    func wording() throws {
        let survey = try survey(
            """
            subject: our academy
            brand: Academy
            accent: "#8a1538"
            languages:
              de: {question: "Wie war {subject}?"}
              de-AT: {send: Abschicken}
              cs: {send: Odeslat}
              no: {send: Av sted}
            """
        )
        func form(_ tag: String) -> String {
            text(survey.pages.form(FormValues(), in: FormContext(language: Language(tag))))
        }
        #expect(form("en").contains("recommend our academy to a friend"))
        #expect(form("en").contains(#"<p class="brand">Academy</p>"#) && form("en").contains("#8a1538"))
        #expect(form("de").contains("Wie war our academy?") && form("de").contains("Antwort senden"))
        #expect(form("de-AT").contains("Wie war our academy?") && form("de-AT").contains("Abschicken"))
        #expect(form("cs").contains("recommend our academy") && form("cs").contains("Odeslat"))
        #expect(form("nb").contains("Av sted"))
        #expect(survey.pages.language("cs-CZ", accepted: []).tag == "cs")
        #expect(standard.language("cs-CZ", accepted: ["fr"]).tag == "fr")
        #expect(!text(standard.form(FormValues())).contains("academy"))
    }

    @Test("about us are worded as the language says it")
    func us() throws {
        let survey = try survey("subject: us\nlanguages: {fr: {title: Et nous ?}}")
        let german = survey.pages.form(FormValues(), in: FormContext(language: Language("de"))).html
        #expect(german.contains("dass Sie uns Freunden"))
        let french = survey.pages.form(FormValues(), in: FormContext(language: Language("fr"))).html
        #expect(french.contains("<title>Et nous ?</title>"))
    }

    @Test("open and close at their times, with an hour for whoever began in time")
    func phases() throws {
        let survey = try survey("opens: 2026-12-01T00:30:00+02:00\ncloses: 2026-12-31T12:00:00Z")
        func date(_ text: String) throws -> Date { try #require(Timestamp.parse(text)) }
        let day = try date("2026-12-01T00:00:00Z")
        #expect(try survey.phase(at: date("2026-11-30T22:29:59Z")) == .notYet(day: day))
        #expect(try survey.phase(at: date("2026-11-30T22:30:00Z")) == .open)
        let closing = try date("2026-12-31T12:00:00Z")
        #expect(survey.phase(at: closing - 1) == .open && survey.phase(at: closing) == .closed)
        #expect(survey.phase(at: closing + 3_599, printedAt: closing - 1) == .open)
        #expect(survey.phase(at: closing + 3_600, printedAt: closing - 1) == .closed)
        // It came back after the end, to be sent once more.
        #expect(survey.phase(at: closing + 4, printedAt: closing + 1) == .open)
        #expect(try survey.phase(at: date("2026-11-30T22:00:00Z"), printedAt: date("2026-12-02T00:00:00Z")) == .open)
        #expect(try survey.phase(at: date("2026-11-30T22:00:00Z"), printedAt: date("2026-11-01T00:00:00Z")) != .open)
        #expect(survey.phase(at: closing + 1, printedAt: nil) == .closed)
        let page = survey.pages.notYetOpen(until: day, in: FormContext(language: Language("de"))).html
        #expect(page.contains("Sie beginnt am 1. Dezember 2026."))
    }

    @Test("say of their answers what they know, unless the answer says it itself")
    func members() throws {
        let survey = try survey(
            "campaignId: 65d4a5a2f0e1c8b7a6958473\ncompanyId: extid-a\ncustom: {plan: gold, wave: 3}"
        )
        let claims = try LinkClaims(
            id: "c",
            email: EmailAddress("ana@example.com"),
            expiresAt: Date(timeIntervalSince1970: 4_000_000_000),
            survey: "onboarding",
            companyID: "extid-b"
        )
        let values = FormValues(email: "ana@example.com", score: "9")
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let linked = try values.check(answering: claims, in: survey, receivedAt: now).response
        #expect(linked.campaignID == "65d4a5a2f0e1c8b7a6958473" && linked.companyID == "extid-b")
        #expect(linked.custom == ["plan": .string("gold"), "wave": .integer(3)])
        let open = try values.check(in: survey, receivedAt: now).response
        #expect(open.companyID == "extid-a" && open.custom == linked.custom)
        // For statistics. A link keeps its name when the survey is gone.
        #expect(open.survey == survey.name && linked.survey == "onboarding")
        #expect(try values.check(answering: claims, receivedAt: now).response.survey == "onboarding")
        #expect(try values.check(receivedAt: now).response.survey == nil)
        // Whoever mints links may name anything; counts keep no such text.
        let other = try LinkClaims(
            id: "c",
            email: EmailAddress("ana@example.com"),
            expiresAt: Date(timeIntervalSince1970: 4_000_000_000),
            survey: "ana@example.com"
        )
        #expect(try values.check(answering: other, receivedAt: now).response.survey == nil)
        // The same form sent to two surveys is two answers.
        #expect(try values.check(receivedAt: now).response.id != open.id)
        let unnamed = Survey(standard, isOpen: true)
        #expect(try values.check(receivedAt: now).digest == values.check(in: unnamed, receivedAt: now).digest)
    }

    @Test("share the memory of their pages, however many surveys and languages there are")
    func memory() throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<40).map { ("s\($0).yaml", "brand: Brand \($0)") })
        let directory = try TemporaryDirectory(files)
        let shelves = (
            first: PageShelf(capacity: 300, byteLimit: 256 << 10), returned: PageShelf(capacity: 9, byteLimit: 64 << 10)
        )
        let read = SurveyDirectory(path: directory.path, sentences: standard.sentences)
        #expect(read.files.count == 40)
        for (number, (name, file)) in read.files.enumerated() {
            let edition = PageState.Edition(number: number + 1)
            let pages = standard.adapted(to: file.contents, named: name, edition, shelves)
            for language in pages.languages {
                let context = FormContext(language: language)
                // The first time it is only rendered.
                _ = pages.form(FormValues(issued: "1"), in: context)
                let html = pages.form(FormValues(issued: "1"), in: context).html
                #expect(html.contains(">Brand \(name.dropFirst())<"))
                #expect(shelves.first.footprint.pages <= 300)
            }
        }
        #expect(shelves.first.footprint.pages > 0)
    }

    @Test("are read closer at a reload only where the file says something else; what was prepared of the others stays")
    func unchanged() throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("s\($0).yaml", "brand: Brand \($0)") })
        let directory = try TemporaryDirectory(files)
        let first = try SurveyCatalogue(directory: directory.path, adapting: standard)
        for _ in 0..<2 {
            for survey in first.surveys.prefix(20) { _ = survey.pages.form(FormValues()) }
        }
        let prepared = first.preparedPages
        #expect(prepared == 20)

        try directory.write("brand: Other", to: "s0.yaml")
        try directory.write("brand: New", to: "new.yaml")
        try FileManager.default.removeItem(atPath: directory.path("s999.yaml"))
        let second = try SurveyCatalogue(directory: directory.path, adapting: standard, after: first)
        #expect(second.count == 1_000 && second.survey(named: "s999") == nil)
        for survey in first.surveys {
            let name = try #require(survey.name)
            #expect((second.survey(named: name) === survey) == !["s0", "s999"].contains(name))
        }
        // Nothing of the old page is shown, whoever still has the old survey in hand.
        func html(_ catalogue: SurveyCatalogue) -> String? {
            catalogue.survey(named: "s0")?.pages.form(FormValues()).html
        }
        for _ in 0..<3 {
            #expect(html(first)?.contains(">Brand 0<") == true)
            #expect(html(second)?.contains(">Other<") == true)
        }
        #expect(second.preparedPages == prepared + 1)

        try directory.write("brand: []", to: "s5.yaml")
        #expect(throws: SurveyError.self) {
            try SurveyCatalogue(directory: directory.path, adapting: standard, after: second)
        }
        try directory.write("brand: Brand 5", to: "s5.yaml")
        let third = try SurveyCatalogue(directory: directory.path, adapting: standard, after: second)
        #expect(third.survey(named: "s5") === first.survey(named: "s5"))
    }
}
