import Foundation
import NPSModel
import NPSPages
import TestSupport
import Testing

@testable import NPSSurvey

@Suite("Files of surveys")
struct SurveyFileTests {
    private let standard: SurveyPages

    init() throws {
        standard = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
    }

    private func read(_ yaml: String) -> (file: SurveyFile?, problems: [String]) {
        var reader = SurveyFileReader(place: "a.yaml", sentences: standard.sentences)
        let file = reader.read(yaml)
        return (file, reader.problems.map(\.description))
    }

    @Test("say what a survey is")
    func all() throws {
        let read = read(
            """
            subject: the onboarding
            brand: Acme Academy
            accent: "#0b6e4f"
            open: false
            opens: 2026-12-01T08:00:00+01:00
            closes: 2026-12-31
            campaignId: 65d4a5a2f0e1c8b7a6958473
            companyId: extid-academy
            custom: {programme: onboarding, wave: 3, "paid?": true, zip: "01067", rate: 0.5, version: 1.2.3}
            parameters: [plan, seat-count]
            follow-ups: neutral
            thanks: {promoters: {link: "https://reviews.example.com"}, passives: {}}
            languages:
              en: {question: How was it?}
              pt-BR: {send: Vai}
            """
        )
        #expect(read.problems.isEmpty)
        let file = try #require(read.file)
        #expect(file.subject == "the onboarding" && file.brand == "Acme Academy" && file.accent != nil)
        #expect(!file.isOpen)
        #expect(file.opensAt?.date == Timestamp.parse("2026-12-01T07:00:00Z"))
        #expect(file.closesAt == Timestamp.parse("2027-01-01T00:00:00Z"))
        #expect(file.campaignID == "65d4a5a2f0e1c8b7a6958473" && file.companyID == "extid-academy")
        let custom: [String: JSONValue] = [
            "programme": .string("onboarding"), "wave": .integer(3), "paid?": .bool(true), "zip": .string("01067"),
            "rate": .number(0.5), "version": .string("1.2.3"),
        ]
        #expect(file.custom == custom)
        #expect(file.parameters == ["plan", "seat-count"])
        #expect(
            file.options == PageOptions(asksByScore: false, offers: [.promoter: "https://reviews.example.com"])
        )
        let wording = [Language("en"): ["question": "How was it?"], Language("pt-BR"): ["send": "Vai"]]
        #expect(file.sentences == wording)
    }

    @Test("may be empty: the settings' survey under another name")
    func empty() {
        #expect(read("") == (SurveyFile(), []))
        #expect(read("# nothing yet\n") == (SurveyFile(), []))
    }

    @Test("have all their mistakes listed with line and nearest name")
    func problems() {
        let read = read(
            """
            subjet: x
            brand: [a]
            accent: "#fff9f0"
            open: perhaps
            opens: 2026-12-01T08:00:00
            closes: soon
            campaignId: autumn
            companyId: acme
            custom: {a.b: 1, plan: [1], suspect: no}
            languages:
              de: {qestion: Wie?, direction: up, send: ""}
              "../x": {}
              fr: none
            """
        )
        #expect(
            read.problems == [
                "a.yaml:1: subjet is not a known key: did you mean subject?",
                "a.yaml:2: brand must be a single value",
                "a.yaml:3: accent is too pale to be seen on a light page: #575552 is the nearest shade that works",
                "a.yaml:4: open must be true or false",
                "a.yaml:5: opens must be a time with its zone, such as 2026-12-01T08:00:00+01:00, or a day",
                "a.yaml:6: closes must be a time with its zone, such as 2026-12-01T08:00:00+01:00, or a day",
                "a.yaml:7: campaignId must be the id of a campaign at Planhat: 24 hex digits",
                "a.yaml:8: companyId must be the id of a company at Planhat: 24 hex digits, or extid- and its external id",
                "a.yaml:9: custom has a name that can't be used; it \(CustomProperty.nameRule)",
                "a.yaml:9: custom.plan \(CustomProperty.valueRule)",
                "a.yaml:9: custom has a name that can't be used; it \(CustomProperty.nameRule)",
                "a.yaml:11: languages.de.qestion is not a known key: did you mean question?",
                "a.yaml:11: languages.de.direction must be one of the words that the built-in languages have there",
                "a.yaml:11: languages.de.send must be one line of 1 to 1000 bytes",
                "a.yaml:12: languages must have language tags as keys, such as de or pt-BR",
                "a.yaml:13: languages.fr must be keys and values",
            ]
        )
    }

    @Test(
        "that are no YAML, or close before they open, say so",
        arguments: [
            ("a: [", "a.yaml:2: is not YAML"), ("- a", "a.yaml:1: must be keys and values"),
            ("open: true\nopen: false", "a.yaml: has a key twice: open"),
            ("parameters: [plan, lang]", "a.yaml:1: parameters must be different names"),
            ("parameters: [plan, plan]", "a.yaml:1: parameters must be different names"),
            ("parameters: a b", "a.yaml:1: parameters must be different names"),
            ("parameters: plan\ncustom: {plan: 1}", "a.yaml:1: parameters has plan, which custom gives"),
            ("parameters: [a, b, c, d, e, f, g, h, i, j, k]", "a.yaml:1: parameters has too many names: at most 10"),
            ("follow-ups: sometimes", "a.yaml:1: follow-ups must be by-score or neutral"),
            ("opens: 2026-12-02\ncloses: 2026-12-01", "a.yaml:2: closes must come after opens"),
        ]
    )
    func broken(yaml: String, sentence: String) {
        let problems = read(yaml).problems
        #expect(problems.count == 1 && problems[0].hasPrefix(sentence), "\(problems)")
    }

    @Test("of a directory are named for their surveys, and its mistakes are told together")
    func directory() throws {
        let directory = try TemporaryDirectory(
            ["a.yaml": "opne: true", "thanks.yaml": "", "B.yaml": "", ".c.yaml": "]", "notes.txt": "]", "d.yaml": ""]
        )
        let error = #expect(throws: SurveyError.self) {
            try SurveyCatalogue(directory: directory.path, adapting: standard)
        }
        let rule =
            "must be named with lower-case letters, digits and hyphens, and not thanks, since the name becomes a path"
        #expect(
            error?.sentences == [
                "\(directory.path)/B.yaml: \(rule)",
                "\(directory.path)/a.yaml:1: opne is not a known key: did you mean open?",
                "\(directory.path)/thanks.yaml: \(rule)",
            ]
        )
        let missing = #expect(throws: SurveyError.self) {
            try SurveyCatalogue(directory: directory.path("nowhere"), adapting: standard)
        }
        #expect(missing?.sentences.first?.contains("can't be read as surveys.directory: there is no") == true)
    }

    @Test("the documentation's example can be used as it stands")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let page = root.appending(path: "Sources/NPSApp/Documentation.docc/Surveys.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let examples = text.components(separatedBy: "```yaml\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
        #expect(!examples.isEmpty)
        for example in examples { #expect(read(example).problems == []) }
        // It shows every key there is.
        for key in SurveyFileReader.keys {
            #expect(examples[0].contains("\n\(key):") || examples[0].hasPrefix(key), "\(key)")
        }
    }
}
