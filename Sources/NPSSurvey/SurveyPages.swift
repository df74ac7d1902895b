package import NPSModel

/// # NPSSurvey
///
/// The form that asks one question, and the pages around it: plain HTML from the templates in `public/`, without
/// scripts, cookies or further requests. ``FormValues`` reads what a person sent. `Links/` has the emailed links that
/// say who answers.
///
/// This module only renders; the server has the routes and chooses the statuses, which are named here in parentheses.
package struct SurveyPages: Sendable {
    private let templates: PageTemplates
    private let catalogues: Catalogues
    private let appearance: Appearance
    private let action: String

    /// - Parameters:
    ///   - subject: what is recommended, as it appears in the question: `Acme`. `us` is translated.
    ///   - basePath: the path of this server in its public address: empty or `/a/b`.
    ///   - publicDirectory: the operator's own templates, style sheet and languages, which replace the built-in ones
    ///     file by file; nil for none. An unusable file is an error here, never while a page is rendered.
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

    /// The languages that there is a catalogue for.
    package var languages: Set<Language> { catalogues.languages }
}

extension SurveyPages {
    /// The language of a page: the first of these that there is a catalogue for, otherwise English.
    ///
    /// - Parameters:
    ///   - tags: BCP 47 tags, most important first: a token's `lang`, then `?lang=`. Nil = not given.
    ///   - accepted: the values of the request's `Accept-Language` lines.
    package func language(_ tags: String?..., accepted: [String]) -> Language {
        catalogues.lookup(tags.compactMap(\.self) + AcceptedLanguages(accepted).ranges) ?? .english
    }

    /// The language for a BCP 47 tag; nil when there is no catalogue for it.
    package func language(named tag: String) -> Language? { catalogues.lookup([tag]) }
}

extension SurveyPages {
    /// The form: empty (200), or with what was typed and what is wrong with it (422). An empty form says when the person
    /// has answered before.
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

    /// The form with everything that was typed and a request to send it again, because nothing was saved (503).
    package func unavailable(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        again(values, because: "unavailable", in: context)
    }

    /// The same for a person from whose network too many requests came (429).
    package func tooManyRequests(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        again(values, because: "wait", in: context)
    }

    /// The same for a form that a bot may have sent, or whose answer has changed meanwhile (429, 409).
    package func onceMore(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        again(values, because: "onceMore", in: context)
    }

    /// Too many requests, for a request that carried no answer (429).
    package func tooManyRequests(in context: FormContext = FormContext()) -> Page {
        notice("tooMany", link: address(in: context), in: context)
    }

    /// Too many requests, for a client far over its limit, whatever it asked for: leads nowhere (429).
    package func refused(in language: Language) -> Page {
        notice("tooMany", in: FormContext(language: language))
    }

    /// After an answer was saved (200).
    ///
    /// - Parameters:
    ///   - score: the score that was sent; nil when it is not known. One that is not on the scale isn't shown.
    ///   - change: the path of the form that changes this answer; nil when there is none.
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

    /// The link has expired, or its answer was erased; the page doesn't say which (410).
    package func expired(in context: FormContext = FormContext()) -> Page { notice("expired", in: context) }

    /// The link can't be opened; the page is the same whatever is wrong with it (404).
    package func unknownLink(in context: FormContext = FormContext()) -> Page { notice("unknownLink", in: context) }

    /// No such page (404).
    package func notFound(in context: FormContext = FormContext()) -> Page { notice("notFound", in: context) }

    /// The form is switched off (404 or 410).
    package func closed(in context: FormContext = FormContext()) -> Page { notice("closed", in: context) }

    /// The form was larger than ``FormValues/byteLimit`` (413).
    package func tooLarge(in context: FormContext = FormContext()) -> Page {
        notice("tooLarge", link: address(in: context), in: context)
    }

    /// The request was not a form (400, 415).
    package func unreadable(in context: FormContext = FormContext()) -> Page {
        notice("unreadable", link: address(in: context), in: context)
    }

    /// A request that no browser sends for a form: a broken head, another method, an address that is far too long (4xx).
    package func misunderstood(in context: FormContext = FormContext()) -> Page {
        notice("misunderstood", link: address(in: context), in: context)
    }

    /// An unexpected error of the server (500).
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

    /// - Parameters:
    ///   - name: the prefix of the catalogue's sentences `NAMEHeading`, `NAMEBody` and `NAMELink`.
    ///   - link: where the link leads; nil for no link.
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

    /// A form that lacks a field would lose answers silently, so such a template is an error at startup.
    /// The trap is not required: an operator's own form may have the one of an earlier version.
    private func checkForm() throws(SurveyError) {
        let values = FormValues(issued: FormNonce().text, earlierComment: .unknown)
        // Both kinds of form, because each has fields that the other doesn't have.
        let html = form(values).html + form(values, in: FormContext(isPersonal: true)).html
        let needed = [
            ("method=\"post\"", nil), ("action=\"", nil), ("name=\"nonce\"", nil),
            (values.nonce.text, "{{form.nonce}}"),
            ("name=\"issued\"", nil), (values.issued, "{{form.issued}}"),
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
