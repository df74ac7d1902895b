import Foundation
import NPSModel
import NPSPages
import Testing

@testable import NPSSurvey

@Suite("What the templates can print")
struct PageViewTests {
    private let pages: SurveyPages

    init() throws {
        let appearance = Appearance(brand: "Acme", accent: try Accent("#14465a"))
        pages = try SurveyPages(subject: "us", basePath: "", publicDirectory: nil, appearance: appearance)
    }

    /// Pages that together have every part.
    private func views() throws -> [PageView] {
        let values = FormValues(score: "0", issued: "1", earlierComment: .unknown)
        let problems = ["score", "email", "comment"].map { FieldProblem(field: $0, message: "is wrong") }
        let sentences = ProblemSentence.all(for: problems, in: values, isPersonal: false)
        let earlier = FormContext(earlier: EarlierAnswer(date: .distantPast, score: 1))
        let forms = [
            PageState.Form(values, because: .problems(sentences), in: FormContext()),
            PageState.Form(values, because: .notSaved(name: "wait"), in: FormContext()),
            PageState.Form(values, because: nil, in: earlier),
        ]
        let thanks = PageState.Notice(
            name: "thanks",
            group: .promoter,
            tellsScore: true,
            tellsComment: true,
            hasLink: true
        )
        let states = forms.map(PageState.Content.form) + [.notice(thanks)]
        return states.map { content in
            PageView(
                PageState(language: .english, content: content),
                PageValues { "\($0)" },
                pages.renderer.catalogues[.english],
                pages.renderer.appearance,
                PageOptions(offers: [.promoter: "https://reviews.example.com"])
            )
        }
    }

    /// What isn't found by its name, and the names that were found, both as `Type.property`.
    private func names(_ view: any TemplateView, _ lost: inout [String], _ found: inout Set<String>) {
        for (label, value) in Mirror(reflecting: view).children {
            guard let label else { continue }
            let name = "\(type(of: view)).\(label)"
            let optional = Mirror(reflecting: value)
            let isNil = optional.displayStyle == .optional && optional.children.isEmpty
            guard let child = view.child(named: label) else {
                if !isNil { lost.append(name) }
                continue
            }
            if isNil { lost.append(name) }
            found.insert(name)
            for part in (child as? [any TemplateView]) ?? [child as? any TemplateView].compactMap(\.self)
            where !(part is Catalogue) {
                names(part, &lost, &found)
            }
        }
    }

    @Test("each property is found by its name, and nothing else")
    func properties() throws {
        var (lost, found): ([String], Set<String>) = ([], [])
        for view in try views() {
            names(view, &lost, &found)
            #expect(view.child(named: "nothing") == nil && view.text.child(named: "nothing") == nil)
            #expect(view.text.child(named: "send") as? String == "Send your answer")
        }
        #expect(lost.isEmpty)
        for name in [
            "PageView.brand", "Accent.dark", "Summary.body", "Problem.target", "Earlier.day", "Form.commentProblem",
            "Kept.isRemoved", "Address.problem", "Variant.group", "Choice.note", "Said.comment", "Sent.score",
            "Link.address", "Notice.offer",
        ] {
            #expect(found.contains(name), "\(name)")
        }
    }
}
