package import NPSModel

/// # NPSSurvey
///
/// The form that asks one question, and the pages around it: plain HTML from the templates in `public/`, without
/// scripts, cookies or requests for anything else. ``FormValues`` is the way back: what a person sent.
///
/// All pages are rendered here and nothing is sent; statuses and routes are the server's.
package struct SurveyPages: Sendable {
    private let templates: PageTemplates
    private let catalogues: Catalogues
    private let action: String

    /// - Parameters:
    ///   - subject: what is recommended, as it stands in the question: `us`, `Acme`.
    ///   - basePath: the path under which the public sees this server: empty or `/a/b`.
    ///   - publicDirectory: the operator's own templates, style and languages, which replace the built-in ones file
    ///     by file; nil for none. A file that can't be used throws here, never while a page is rendered.
    package init(subject: String, basePath: String, publicDirectory: String?) throws(SurveyError) {
        let files = try PublicFiles(overriddenBy: publicDirectory)
        catalogues = try files.catalogues().filling("subject", with: subject)
        templates = try PageTemplates(files.templates(), sentences: catalogues.sentences)
        action = (basePath.hasSuffix("/") ? String(basePath.dropLast()) : basePath) + "/survey"
        try checkForm()
    }

    /// The languages the pages speak.
    package var languages: Set<Language> { catalogues.languages }
}

extension SurveyPages {
    /// The form: empty (200), or with what was typed and what is wrong with it (422).
    package func form(
        _ values: FormValues,
        problems: [FieldProblem] = [],
        in language: Language = .english
    ) -> Page {
        let catalogue = catalogues[language]
        let sentences = ProblemSentence.all(for: problems, in: values)
        guard !sentences.isEmpty else { return form(values, sentences: [], summary: nil, catalogue) }
        let lines = sentences.map { PageView.Problem(target: $0.target, sentence: catalogue[$0.name]) }
        let summary = PageView.Summary(heading: catalogue["summaryHeading"], body: nil, problems: lines)
        return form(values, sentences: sentences, summary: summary, catalogue)
    }

    /// The form again, with everything typed and a request to send it once more: nothing was saved (503).
    package func unavailable(_ values: FormValues, in language: Language = .english) -> Page {
        again(values, because: "unavailable", in: language)
    }

    /// The same for a person whose network sent too much (429).
    package func tooManyRequests(_ values: FormValues, in language: Language = .english) -> Page {
        again(values, because: "wait", in: language)
    }

    /// Too many requests, and none of them brought an answer (429).
    package func tooManyRequests(in language: Language = .english) -> Page { notice("tooMany", in: language) }

    /// After an answer was saved (200).
    package func thanks(in language: Language = .english) -> Page { notice("thanks", in: language) }

    /// No such page (404).
    package func notFound(in language: Language = .english) -> Page { notice("notFound", in: language) }

    /// The form is switched off (404 or 410).
    package func closed(in language: Language = .english) -> Page { notice("closed", in: language) }

    /// The form was larger than ``FormValues/byteLimit`` (413).
    package func tooLarge(in language: Language = .english) -> Page { notice("tooLarge", in: language) }

    /// What was sent is no form (400, 415).
    package func unreadable(in language: Language = .english) -> Page { notice("unreadable", in: language) }

    /// An error of ours that nobody foresaw (500).
    package func failed(in language: Language = .english) -> Page { notice("failed", in: language) }
}

extension SurveyPages {
    private func again(_ values: FormValues, because reason: String, in language: Language) -> Page {
        let catalogue = catalogues[language]
        let summary = PageView.Summary(
            heading: catalogue[reason + "Heading"],
            body: catalogue[reason + "Body"],
            problems: []
        )
        return form(values, sentences: [], summary: summary, catalogue)
    }

    private func form(
        _ values: FormValues,
        sentences: [ProblemSentence],
        summary: PageView.Summary?,
        _ catalogue: Catalogue
    ) -> Page {
        let title = catalogue["title"]
        let errorTitle = catalogue["errorTitle"].replacing("{title}", with: title)
        var view = view(title: summary == nil ? title : errorTitle, catalogue)
        view.summary = summary
        view.form = PageView.Form(values, sentences: sentences, catalogue)
        return Page(html: templates.render("form", view), language: catalogue.language)
    }

    private func notice(_ name: String, in language: Language) -> Page {
        let catalogue = catalogues[language]
        var view = view(title: catalogue[name + "Heading"], catalogue)
        view.notice = PageView.Notice(
            heading: catalogue[name + "Heading"],
            body: catalogue[name + "Body"],
            link: catalogue.messages[name + "Link"]
        )
        return Page(html: templates.render("notice", view), language: catalogue.language)
    }

    private func view(title: String, _ catalogue: Catalogue) -> PageView {
        PageView(
            language: catalogue.language.tag,
            direction: catalogue["direction"],
            title: title,
            action: action,
            text: catalogue.messages
        )
    }

    /// A form that lacks a field would lose answers without a word, so it doesn't start.
    private func checkForm() throws(SurveyError) {
        let values = FormValues(nonce: FormNonce())
        let html = form(values).html
        let needed = [
            "method=\"post\"", "action=\"", "name=\"nonce\"", values.nonce.text, "name=\"score\"", "name=\"email\"",
        ]
        if let missing = needed.first(where: { !html.contains($0) }) {
            let what = missing == values.nonce.text ? "{{form.nonce}}" : missing
            throw .template(file: "form.mustache", problem: "makes a form without \(what)")
        }
    }
}
