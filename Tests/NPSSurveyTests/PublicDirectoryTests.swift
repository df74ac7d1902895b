import Foundation
import NPSPages
import TestSupport
import Testing

@testable import NPSSurvey

@Suite("The operator's own templates")
struct PublicDirectoryTests {
    /// The pages that a directory with these files makes.
    func pages(_ files: [String: String]) throws -> SurveyPages {
        let directory = try TemporaryDirectory(files)
        return try SurveyPages(subject: "us", basePath: "", publicDirectory: directory.path)
    }

    @Test("the built-in files need no directory")
    func builtIn() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../public")
        let bytes = try Data(contentsOf: root.appending(path: "style.css"))
        #expect(try PublicFiles(overriddenBy: nil).contents["style.css"] == Array(bytes))
        let pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil)
        #expect(pages.thanks().html.contains("<h1>Thank you</h1>"))
    }

    @Test("replace the built-in ones file by file, and the policy follows the style")
    func override() throws {
        let pages = try pages([
            "notice.mustache": "{{<layout}}{{$main}}<h1>Hello: {{notice.heading}}</h1>{{>foot}}{{/main}}{{/layout}}",
            "foot.mustache": "<p>Ours</p>",
            "style.css": "h1 { color: red }\r\n",
            "readme.txt": "{{{not a template",
        ])
        let page = pages.thanks()
        #expect(page.html.contains("<h1>Hello: Thank you</h1><p>Ours</p>"))
        #expect(page.html.contains("<style>\nh1 { color: red }\n</style>"))
        // SHA-256 of "\nh1 { color: red }\n", as sha256sum prints it.
        #expect(
            page.headerLines.contains {
                $0.value.contains("style-src 'sha256-9lPmy7L3IldXszUaEgBvNA9BDRMLZ9tlZp7thkfHGb0='")
            }
        )
        #expect(pages.form(FormValues()).html.contains("<fieldset"))
    }

    @Test("change single sentences, and add languages that fall back to English")
    func languages() throws {
        let pages = try pages([
            "languages/en.json": #"{"send": "Off it goes"}"#,
            "languages/tlh.json": #"{"thanksHeading": "Qapla’"}"#,
            "languages/ar.json": #"{"thanksHeading": "شكرًا"}"#,
        ])
        let klingon = pages.thanks(in: FormContext(language: Language("tlh"))).html
        #expect(klingon.contains("Qapla’"))
        #expect(klingon.contains("You can close this page"))
        #expect(pages.form(FormValues()).html.contains("<button>Off it goes</button>"))
        let thanks = pages.thanks(in: FormContext(language: Language("ar")))
        #expect(thanks.html.contains(#"<html lang="ar" dir="rtl">"#))
        #expect(thanks.html.contains("شكرًا"))
        #expect(thanks.html.contains("وصلت إجابتك"))
        #expect(thanks.headerLines.contains { $0.name == "Content-Language" && $0.value == "ar" })
    }

    @Test(
        "that can't be used stop the start with the file and the fault",
        arguments: [
            ("notice.mustache", "{{#notice}}never closed", "has a mistake in line"),
            ("notice.mustache", "fine\n{{/notice}}", "has a mistake in line 2"),
            ("notice.mustache", "{{ no&name }}", "has a mistake in line 1"),
            ("notice.mustache", "{{#", "has a mistake"),
            ("notice.mustache", "{{title", "has a mistake"),
            ("notice.mustache", "{{{title}}}", "has a tag that begins with {{{"),
            ("notice.mustache", "{{&title}}", "has a tag that begins with"),
            ("notice.mustache", "{{=<% %>=}}<%&title%>", "has a tag that begins with"),
            ("notice.mustache", "{{% CONTENT_TYPE: TEXT}}{{title}}", "has a tag that begins with"),
            ("notice.mustache", "{{> foot }}", "includes a template named foot, which doesn't exist"),
            ("notice.mustache", "a {{>notice}}", "includes itself"),
            ("notice.mustache", "{{text.nothing}}", "prints a sentence named nothing, which doesn't exist"),
            ("form.mustache", "<form method=\"post\">", "makes a form without action=\""),
            ("form.mustache", "<p>Closed</p>", "makes a form without method=\"post\""),
            ("style.css", "p { } /* </style> */", "contains </style, which would end the style sheet there"),
            ("languages/en.json", "{", "is not one JSON object of texts"),
            ("languages/en.json", #"{"sned": "Send"}"#, "has a sentence named sned, which no page uses"),
            ("languages/de.json", #"{"quality": "good"}"#, "needs a quality that is reviewed or machine"),
            ("languages/de.json", #"{"direction": "up"}"#, "needs a direction that is ltr or rtl"),
        ]
    )
    func broken(file: String, text: String, problem: String) {
        let error = #expect(throws: SurveyError.self) { _ = try pages([file: text]) }
        #expect(error?.description.contains(" \(file) can't be used: it \(problem)") == true)
    }

    @Test(
        "that leave out a field of the form stop the start, and say what to add",
        arguments: ["nonce", "issued", "earlier", "remove", "score", "email", "comment"]
    )
    func fieldLeftOut(name: String) throws {
        let source = try #require(PublicFiles(overriddenBy: nil).contents["form.mustache"])
        let text = String(decoding: source, as: UTF8.self)
        let error = #expect(throws: SurveyError.self) {
            _ = try pages(["form.mustache": text.replacing("name=\"\(name)\"", with: "")])
        }
        let sentence = "makes a form without name=\"\(name)\": add it as the built-in form.mustache has it"
        #expect(error?.description.contains(sentence) == true)
    }

    @Test("that have the hidden field of an earlier version, or none, still start", arguments: ["website", "other"])
    func earlierTrap(name: String) throws {
        let source = try #require(PublicFiles(overriddenBy: nil).contents["form.mustache"])
        let text = String(decoding: source, as: UTF8.self).replacing("nps_blank", with: name)
        #expect(try pages(["form.mustache": text]).form(FormValues()).html.contains("name=\"\(name)\""))
    }

    @Test("that aren't there stop the start")
    func missing() {
        let error = #expect(throws: SurveyError.self) {
            _ = try SurveyPages(subject: "us", basePath: "", publicDirectory: "/nowhere/at/all")
        }
        #expect(error == .publicDirectory(path: "/nowhere/at/all"))
        #expect(error?.description.contains("/nowhere/at/all") == true)
    }
}
