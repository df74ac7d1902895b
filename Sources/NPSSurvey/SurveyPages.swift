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
    private let appearance: Appearance
    private let action: String

    /// - Parameters:
    ///   - subject: what is recommended, as it stands in the question: `Acme`. `us` is said in each language's own way.
    ///   - basePath: the path under which the public sees this server: empty or `/a/b`.
    ///   - publicDirectory: the operator's own templates, style and languages, which replace the built-in ones file
    ///     by file; nil for none. A file that can't be used throws here, never while a page is rendered.
    package init(
        subject: String,
        basePath: String,
        publicDirectory: String?,
        appearance: Appearance = Appearance()
    ) throws(SurveyError) {
        let files = try PublicFiles(overriddenBy: publicDirectory)
        catalogues = try files.catalogues().asking(about: subject)
        self.appearance = appearance
        templates = try PageTemplates(files.templates(), sentences: catalogues.sentences)
        action = (basePath.hasSuffix("/") ? String(basePath.dropLast()) : basePath) + "/survey"
        try checkForm()
    }

    /// The languages the pages speak.
    package var languages: Set<Language> { catalogues.languages }
}

extension SurveyPages {
    /// The language to speak: the first of these that there is, otherwise English.
    ///
    /// - Parameters:
    ///   - tags: BCP 47 tags that were asked for by name, first wins: a token's `lang`, then `?lang=`. nil = not given.
    ///   - accepted: the values of the request's `Accept-Language` lines.
    package func language(_ tags: String?..., accepted: [String]) -> Language {
        catalogues.lookup(tags.compactMap(\.self) + AcceptedLanguages(accepted).ranges) ?? .english
    }

    /// The language that a BCP 47 tag finds; nil for none.
    package func language(named tag: String) -> Language? { catalogues.lookup([tag]) }
}

extension SurveyPages {
    /// The form: empty (200), or with what was typed and what is wrong with it (422). Says so when an answer was
    /// given before.
    package func form(
        _ values: FormValues,
        problems: [FieldProblem] = [],
        in context: FormContext = FormContext()
    ) -> Page {
        let sentences = ProblemSentence.all(for: problems, in: values, isPersonal: context.isPersonal)
        guard !sentences.isEmpty else { return form(values, sentences: [], summary: nil, context) }
        let catalogue = catalogues[context.language]
        let lines = sentences.map { PageView.Problem(target: $0.target, sentence: catalogue[$0.name]) }
        let summary = PageView.Summary(heading: catalogue["summaryHeading"], body: nil, problems: lines)
        return form(values, sentences: sentences, summary: summary, context)
    }

    /// The form again, with everything typed and a request to send it once more: nothing was saved (503).
    package func unavailable(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        again(values, because: "unavailable", in: context)
    }

    /// The same for a person whose network sent too much (429).
    package func tooManyRequests(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        again(values, because: "wait", in: context)
    }

    /// The same where it looks as if a machine had sent it, or as if the answer had changed meanwhile (429, 409): to
    /// be sent once more, which a person can.
    package func onceMore(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        again(values, because: "onceMore", in: context)
    }

    /// Too many requests, and none of them brought an answer (429).
    package func tooManyRequests(in context: FormContext = FormContext()) -> Page {
        notice("tooMany", link: address(in: context), in: context)
    }

    /// After an answer was saved (200).
    ///
    /// - Parameters:
    ///   - score: what was sent; nil when it is not known, or not on the scale.
    ///   - change: the path of the form that changes this very answer; nil when there is none.
    package func thanks(
        score: Int? = nil,
        change: String? = nil,
        in context: FormContext = FormContext()
    ) -> Page {
        let catalogue = catalogues[context.language]
        let sent = score.flatMap { Score($0) }.map { score in
            PageView.Sent(
                score: String(score.value),
                sentence: catalogue["thanksScore"].replacing("{score}", with: String(score.value))
            )
        }
        return notice("thanks", sent: sent, link: change, in: context)
    }

    /// The link's time is over, or its answer was erased: which of the two, nobody is told (410).
    package func expired(in context: FormContext = FormContext()) -> Page { notice("expired", in: context) }

    /// A link nobody here has made: one page whatever is wrong with it (404).
    package func unknownLink(in context: FormContext = FormContext()) -> Page { notice("unknownLink", in: context) }

    /// No such page (404).
    package func notFound(in context: FormContext = FormContext()) -> Page { notice("notFound", in: context) }

    /// The form is switched off (404 or 410).
    package func closed(in context: FormContext = FormContext()) -> Page { notice("closed", in: context) }

    /// The form was larger than ``FormValues/byteLimit`` (413).
    package func tooLarge(in context: FormContext = FormContext()) -> Page {
        notice("tooLarge", link: address(in: context), in: context)
    }

    /// What was sent is no form (400, 415).
    package func unreadable(in context: FormContext = FormContext()) -> Page {
        notice("unreadable", link: address(in: context), in: context)
    }

    /// An error of ours that nobody foresaw (500).
    package func failed(in context: FormContext = FormContext()) -> Page {
        notice("failed", link: address(in: context), in: context)
    }
}

extension SurveyPages {
    private func address(in context: FormContext) -> String { context.action ?? action }

    private func again(_ values: FormValues, because reason: String, in context: FormContext) -> Page {
        let catalogue = catalogues[context.language]
        let summary = PageView.Summary(
            heading: catalogue[reason + "Heading"],
            body: catalogue[reason + "Body"],
            problems: []
        )
        return form(values, sentences: [], summary: summary, context)
    }

    private func form(
        _ values: FormValues,
        sentences: [ProblemSentence],
        summary: PageView.Summary?,
        _ context: FormContext
    ) -> Page {
        let catalogue = catalogues[context.language]
        let title = catalogue["title"]
        let errorTitle = catalogue["errorTitle"].replacing("{title}", with: title)
        var view = view(title: summary == nil ? title : errorTitle, action: address(in: context), catalogue)
        view.summary = summary
        view.earlier = summary == nil ? context.earlier.map { PageView.Earlier($0, catalogue) } : nil
        view.form = PageView.Form(values, sentences: sentences, isPersonal: context.isPersonal, catalogue)
        return page("form", view, catalogue)
    }

    /// - Parameter link: where `NAMELink` of the catalogue leads; nil for no link.
    private func notice(
        _ name: String,
        sent: PageView.Sent? = nil,
        link: String? = nil,
        in context: FormContext
    ) -> Page {
        let catalogue = catalogues[context.language]
        var view = view(title: catalogue[name + "Heading"], action: address(in: context), catalogue)
        view.notice = PageView.Notice(
            heading: catalogue[name + "Heading"],
            body: catalogue[name + "Body"],
            sent: sent,
            link: link.map { PageView.Link(address: $0, sentence: catalogue[name + "Link"]) }
        )
        return page("notice", view, catalogue)
    }

    private func page(_ template: String, _ view: PageView, _ catalogue: Catalogue) -> Page {
        Page(
            html: templates.render(template, view),
            language: catalogue.language,
            frameAncestors: appearance.frameAncestors
        )
    }

    private func view(title: String, action: String, _ catalogue: Catalogue) -> PageView {
        PageView(
            language: catalogue.language.tag,
            direction: catalogue["direction"],
            title: title,
            brand: appearance.brand,
            accent: appearance.accent.map { PageView.Accent(light: "\($0.light)", dark: "\($0.dark)") },
            action: action,
            text: catalogue.messages
        )
    }

    /// A form that lacks a field would lose answers without a word, so it doesn't start.
    private func checkForm() throws(SurveyError) {
        let values = FormValues(issued: FormNonce().text, earlierComment: .unknown)
        // Printed for both kinds of form, as each has fields that the other has not.
        let html = form(values).html + form(values, in: FormContext(isPersonal: true)).html
        let needed = [
            ("method=\"post\"", nil), ("action=\"", nil), ("name=\"nonce\"", nil),
            (values.nonce.text, "{{form.nonce}}"),
            ("name=\"issued\"", nil), (values.issued, "{{form.issued}}"), ("name=\"website\"", nil),
            ("name=\"score\"", nil), ("name=\"email\"", nil), ("name=\"comment\"", nil), ("name=\"earlier\"", nil),
            ("name=\"remove\"", nil),
        ]
        if let (missing, tag) = needed.first(where: { !html.contains($0.0) }) {
            throw .template(
                file: "form.mustache",
                problem: "makes a form without \(tag ?? missing): add it as the built-in form.mustache has it"
            )
        }
    }
}
