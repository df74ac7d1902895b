package import Foundation
package import NPSModel
package import NPSPages

/// # NPSSurvey
///
/// The form that asks one question, and the pages around it: plain HTML from the templates in `public/`, without
/// scripts, cookies or further requests. ``FormValues`` reads what a person sent. `Links/` has the emailed links that
/// say who answers.
///
/// This module only renders; the server has the routes and chooses the statuses, which are named here in parentheses.
package struct SurveyPages: Sendable {
    let renderer: PageRenderer
    /// Nil to have every page rendered for its request.
    var prepared: PreparedPages?
    /// As the files have them, before anything is filled in.
    private let plain: Catalogues
    private let subject: String
    private let days: DayTexts
    private let edition: PageState.Edition
    private let action: String

    private var catalogues: Catalogues { renderer.catalogues }

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
        plain = try files.catalogues()
        let templates: PageTemplates
        do throws(PageError) {
            templates = try PageTemplates(files.templates(), sentences: plain.sentences)
        } catch {
            throw SurveyError(error)
        }
        self.subject = subject
        renderer = PageRenderer(
            templates: templates,
            catalogues: plain.asking(about: subject),
            appearance: appearance
        )
        days = DayTexts()
        edition = .ofSettings
        action = (basePath.hasSuffix("/") ? String(basePath.dropLast()) : basePath) + "/survey"
        try checkForm()
        prepared = PreparedPages(renderer)
    }

    /// Pages of a survey of its own.
    private init(
        adapting standard: SurveyPages,
        to file: SurveyFile,
        named name: String,
        _ edition: PageState.Edition
    ) {
        plain = standard.plain.worded(file.sentences)
        subject = file.subject ?? standard.subject
        var appearance = standard.renderer.appearance
        appearance.brand = file.brand ?? appearance.brand
        appearance.accent = file.accent ?? appearance.accent
        renderer = PageRenderer(
            templates: standard.renderer.templates,
            catalogues: plain.asking(about: subject),
            appearance: appearance,
            options: file.options
        )
        days = standard.days
        self.edition = edition
        action = standard.action + "/" + name
    }

    /// The pages of a survey of `surveys.directory`.
    ///
    /// - Parameters:
    ///   - edition: another one for each survey and each time that it is adapted.
    ///   - shelves: those of all of these surveys.
    func adapted(
        to file: SurveyFile,
        named name: String,
        _ edition: PageState.Edition,
        _ shelves: (first: PageShelf, returned: PageShelf)
    ) -> SurveyPages {
        var pages = SurveyPages(adapting: self, to: file, named: name, edition)
        pages.prepared = PreparedPages(pages.renderer, first: shelves.first, returned: shelves.returned)
        return pages
    }

    /// The names of the sentences that can be worded.
    var sentences: Set<String> { plain.sentences }

    /// The languages that there is a catalogue for.
    package var languages: Set<Language> { catalogues.languages }

    /// The templates, by file, that do more with what differs between requests than print it: `{{uppercased(form.comment)}}`.
    /// Their pages are rendered for each request, which takes many times as long as it takes with others.
    package var slowTemplates: [String] {
        guard let prepared else { return [] }
        let values = FormValues(issued: "1", earlierComment: .unknown)
        let earlier = EarlierAnswer(date: .distantPast, score: 1)
        let forms = [false, true].map { isPersonal in
            formState(values, because: nil, in: FormContext(isPersonal: isPersonal, earlier: earlier))
        }
        let thanks = PageState.Notice(name: "thanks", tellsScore: true, tellsComment: true, hasLink: true)
        let states = forms + [PageState(language: .english, content: .notice(thanks))]
        return Set(states.filter { !prepared.isCut($0) }.map { $0.template + ".mustache" }).sorted()
    }
}

extension SurveyPages {
    /// The language of a page: the first of these that there is a catalogue for, otherwise English.
    ///
    /// - Parameters:
    ///   - tags: BCP 47 tags, most important first: a token's `lang`, then `?lang=`. Nil = not given.
    ///   - accepted: the values of the request's `Accept-Language` lines.
    package func language(_ tags: String?..., accepted: [String]) -> Language {
        catalogues.lookup(tags.compactMap(\.self)) ?? catalogues.lookup(AcceptedLanguages(accepted).ranges) ?? .english
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
        return form(values, because: sentences.isEmpty ? nil : .problems(sentences), in: context)
    }

    /// The form with everything that was typed and a request to send it again, because nothing was saved (503).
    package func unavailable(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        form(values, because: .notSaved(name: "unavailable"), in: context)
    }

    /// The same for a person from whose network too many requests came (429).
    package func tooManyRequests(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        form(values, because: .notSaved(name: "wait"), in: context)
    }

    /// The same for a form that a bot may have sent, or whose answer has changed meanwhile (429, 409).
    package func onceMore(_ values: FormValues, in context: FormContext = FormContext()) -> Page {
        form(values, because: .notSaved(name: "onceMore"), in: context)
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
    ///   - comment: the comment that was sent; nil for none, and where it is not known any more.
    ///   - change: the path of the form that changes this answer; nil when there is none.
    package func thanks(
        score: Int? = nil,
        comment: String? = nil,
        change: String? = nil,
        in context: FormContext = FormContext()
    ) -> Page {
        let score = score.flatMap { Score($0) }
        return notice("thanks", for: score?.group, score: score, comment: comment, link: change, in: context)
    }

    /// The link has expired, or its answer was erased; the page doesn't say which (410).
    package func expired(in context: FormContext = FormContext()) -> Page { notice("expired", in: context) }

    /// The link can't be opened; the page is the same whatever is wrong with it (404).
    package func unknownLink(in context: FormContext = FormContext()) -> Page { notice("unknownLink", in: context) }

    /// No such page (404).
    package func notFound(in context: FormContext = FormContext()) -> Page {
        notice("notFound", link: address(in: context), in: context)
    }

    /// The form is switched off, or for links alone (404), or the survey has closed (410).
    package func closed(in context: FormContext = FormContext()) -> Page { notice("closed", in: context) }

    /// The survey hasn't opened yet (404).
    ///
    /// - Parameter day: a date on whose day in UTC it opens.
    package func notYetOpen(until day: Date, in context: FormContext = FormContext()) -> Page {
        notice("notYet", opening: day, in: context)
    }

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

    private func form(_ values: FormValues, because reason: PageState.Reason?, in context: FormContext) -> Page {
        let state = formState(values, because: reason, in: context)
        var texts = PageValues()
        texts[.action] = address(in: context)
        texts[.nonce] = values.nonce.text
        texts[.issued] = values.issued
        texts[.email] = values.email
        texts[.comment] = values.comment
        if reason == nil, let earlier = context.earlier {
            (texts[.day], texts[.date]) = days[earlier.date, state.language]
            texts[.earlierScore] = earlier.score.map(String.init) ?? ""
        }
        return page(state, texts)
    }

    private func formState(_ values: FormValues, because reason: PageState.Reason?, in context: FormContext)
        -> PageState
    {
        let form = PageState.Form(values, because: reason, in: context)
        return PageState(language: catalogues[context.language].language, content: .form(form), survey: edition)
    }

    /// - Parameters:
    ///   - name: see ``PageState/Notice/name``.
    ///   - opening: the day that the page tells; nil for none.
    ///   - group: nil where the page is the same for every score.
    ///   - score: what was sent; nil when the page doesn't tell it.
    ///   - link: where the link leads; nil for no link.
    private func notice(
        _ name: String,
        for group: ScoreGroup? = nil,
        score: Score? = nil,
        comment: String? = nil,
        link: String? = nil,
        opening: Date? = nil,
        in context: FormContext
    ) -> Page {
        let notice = PageState.Notice(
            name: name,
            group: group,
            tellsScore: score != nil,
            tellsComment: comment != nil,
            hasLink: link != nil
        )
        var texts = PageValues()
        texts[.action] = address(in: context)
        texts[.link] = link ?? ""
        texts[.sentComment] = comment ?? ""
        texts[.sentScore] = score.map { String($0.value) } ?? ""
        let language = catalogues[context.language].language
        if let opening { (texts[.day], texts[.date]) = days[opening, language] }
        return page(PageState(language: language, content: .notice(notice), survey: edition), texts)
    }

    private func page(_ state: PageState, _ values: PageValues) -> Page {
        prepared?.page(state, values) ?? renderer.page(state, values)
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
