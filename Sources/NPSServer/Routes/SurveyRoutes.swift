import Foundation
import HTTPTypes
import Hummingbird
import Metrics
import NPSModel
import NPSPages
import NPSQueue
import NPSSurvey

/// The open forms: that of the settings at `/survey`, and those of `surveys.directory` at `/survey/NAME`. A GET never
/// records anything; a POST answers 303, 422 with what was typed, or 503 with it.
struct SurveyRoutes {
    /// That of the settings.
    let standard: Survey
    /// Nil without a directory.
    let surveys: ReloadableSurveys?
    let basePath: String
    let posts: FormPosts
    let rendering: RenderingLimit
    let seal: FormSeal
    let sentComments: SentComments
    let counters: FormCounters
    let now: @Sendable () -> Date

    func add(to router: some RouterMethods<CollectorContext>) {
        add("survey", to: router) { [standard] _ in standard }
        // Without a directory there is nothing there, not even for the log.
        if surveys != nil { add("survey/:name", to: router) { try named($0.parameters.get("name")) } }
    }

    private func add(
        _ path: String,
        to router: some RouterMethods<CollectorContext>,
        _ survey: @escaping @Sendable (CollectorContext) throws -> Survey
    ) {
        let (path, thanksPath) = (RouterPath(path), RouterPath(path + "/thanks"))
        router.get(path) { show($0, try survey($1), from: $1.peer) }
        router.head(path) { show($0, try survey($1), from: $1.peer) }
        router.post(path) { try await submit($0, try survey($1), context: $1) }
        router.get(thanksPath) { thanks($0, try survey($1), from: $1.peer) }
        router.head(thanksPath) { thanks($0, try survey($1), from: $1.peer) }
    }

    /// The survey of this name; 404 for none.
    private func named(_ name: String?) throws -> Survey {
        guard let survey = name.flatMap({ surveys?.current.survey(named: $0) }) else { throw Problem.notFound }
        return survey
    }

    /// `?score=` chooses a number beforehand, `?answer=` is the nonce of an answer to change.
    ///
    /// - Parameter peer: the other end of the connection.
    func show(_ request: Request, _ survey: Survey, from peer: Peer) -> HTTPAnswer {
        rendering.answer(request, from: peer, in: survey.pages) { form(request, survey) }
    }

    private func form(_ request: Request, _ survey: Survey) -> HTTPAnswer {
        let (context, now) = (formContext(request, survey, SurveyQuery(request, survey)), now())
        if let refusal = FormPosts.refusal(of: survey, survey.phase(at: now), in: context) { return refusal.answer }
        guard survey.isOpen else { return HTTPAnswer(survey.pages.closed(in: context), .notFound) }
        let changed = request.query("answer").flatMap(FormNonce.init)
        let values = FormValues(
            nonce: changed ?? FormNonce(),
            score: request.query("score") ?? "",
            issued: seal.stamp(nil, in: survey, at: now),
            earlierComment: changed == nil ? nil : .unknown
        )
        return HTTPAnswer(survey.pages.form(values, in: context), .ok)
    }

    private func thanks(_ request: Request, _ survey: Survey, from peer: Peer) -> HTTPAnswer {
        rendering.answer(request, from: peer, in: survey.pages, refuses: false) { thanks(request, survey) }
    }

    private func thanks(_ request: Request, _ survey: Survey) -> HTTPAnswer {
        let score = request.query("score").flatMap { Int($0) }
        let answer = request.query("answer").flatMap(FormNonce.init)
        let kept = SurveyQuery(request, survey)
        let change = answer.map { nonce in
            address(survey.path, [("answer", nonce.text), ("score", score.map(String.init))] + kept.items)
        }
        let isOpen = survey.isOpen && survey.phase(at: now()) == .open
        let ticket = request.method == .get ? request.query("said") : nil
        let comment = ticket.flatMap { sentComments.take($0, of: survey.path) }
        let page = survey.pages.thanks(
            score: score,
            comment: comment,
            change: isOpen ? change : nil,
            in: formContext(request, survey, kept)
        )
        return HTTPAnswer(page, .ok)
    }

    private func submit(
        _ request: Request,
        _ survey: Survey,
        context: CollectorContext
    ) async throws -> HTTPAnswer {
        guard survey.isOpen else {
            let context = formContext(request, survey, SurveyQuery(request, survey))
            return HTTPAnswer(survey.pages.closed(in: context), .notFound)
        }
        let answer = try await answer(to: request, survey, from: posts.client(request, from: context.peer))
        Counter(label: "nps_survey_submissions_total", dimensions: [("status", String(answer.status.code))])
            .increment()
        return answer
    }

    private func answer(to request: Request, _ survey: Survey, from client: Peer) async throws -> HTTPAnswer {
        let delay: Int?
        switch posts.delay(client, request) {
        case .success(let seconds): delay = seconds
        case .failure(let refusal): return counters.refused(refusal)
        }
        let kept = SurveyQuery(request, survey)
        let visit = Visit(
            survey: survey,
            form: formContext(request, survey, kept),
            kept: kept,
            posts: posts.showing(survey.pages)
        )
        switch try await visit.posts.values(of: request, waiting: delay, in: visit.form) {
        case .success(let values):
            let start = ContinuousClock.now
            let answer = await answer(values, visit)
            counters.answered(answer, since: start)
            return answer
        case .failure(let refusal): return counters.refused(refusal)
        }
    }

    /// A form that was sent, and how it is answered.
    private struct Visit {
        let survey: Survey
        let form: FormContext
        let kept: SurveyQuery
        let posts: FormPosts
    }

    private func answer(_ sent: FormValues, _ visit: Visit) async -> HTTPAnswer {
        let (survey, form, posts) = (visit.survey, visit.form, visit.posts)
        let now = now()
        let printed = seal.printed(sent, nil, in: survey)
        let phase = survey.phase(at: now, printedAt: printed?.date)
        if let refusal = FormPosts.refusal(of: survey, phase, in: form) { return counters.refused(refusal) }
        let origin = BotCheck(sent, printed: printed, at: now).originOnOpenForm
        var values = sent
        if printed == nil { values.issued = seal.stamp(nil, in: survey, at: now) }
        let submission: Submission
        switch posts.checked(
            values,
            in: form,
            { () throws(InvalidResponse) in
                try sent.check(in: survey, properties: visit.kept.properties, receivedAt: now, origin: origin)
            }
        ) {
        case .success(let checked): submission = checked
        case .failure(let refusal): return counters.refused(refusal)
        }
        switch await posts.keep(submission, values, in: form, counting: counters) {
        case .success(.unchanged(.erased)):
            // That answer is never taken again; the same form gives a new one.
            return await answer(values.renewed(), visit)
        case .success(.unchanged(.heldBehindAnswer)):
            // A bot changes no answer; a person can send it again.
            let page = survey.pages.onceMore(values, in: form)
            return FormPosts.Refusal(page, .tooManyRequests, retryAfter: nil).answer
        case .success:
            // What may be a bot's is not shown.
            let comment = origin == .person ? submission.response.comment : nil
            let ticket = sentComments.keep(comment, of: survey.path)
            let score = String(submission.response.score.value)
            let items = [("score", score), ("answer", values.nonce.text)] + visit.kept.items + [("said", ticket)]
            return .seeOther(address(survey.path + "/thanks", items))
        case .failure(let refusal):
            return counters.refused(refusal)
        }
    }

    /// What the address says is kept from the form to its errors and the thanks.
    private func formContext(_ request: Request, _ survey: Survey, _ kept: SurveyQuery) -> FormContext {
        FormContext(
            language: survey.pages.language(kept.language?.tag, accepted: request.fieldLines("accept-language")),
            action: kept.items.isEmpty ? nil : address(survey.path, kept.items)
        )
    }

    /// - Parameter parameters: those without a value are left out. The values need no escaping.
    private func address(_ path: String, _ parameters: [(name: String, value: String?)]) -> String {
        let query = parameters.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: "&")
        return basePath + path + (query.isEmpty ? "" : "?" + query)
    }
}

/// What the query of an open form's address says for the whole conversation.
private struct SurveyQuery {
    /// That `?lang=` names; nil when there is no such parameter or language.
    let language: Language?
    /// Custom properties of the answer.
    let properties: [(name: String, value: String)]

    init(_ request: Request, _ survey: Survey) {
        language = request.query("lang").flatMap(survey.pages.language(named:))
        properties = survey.properties(inQuery: request.uri.query)
    }

    /// The parameters to repeat, ready for an address.
    var items: [(name: String, value: String?)] {
        let asked = language.map { [("lang", Optional($0.tag))] } ?? []
        return asked + properties.map { ($0.name, PercentEncoding.encode($0.value)) }
    }
}
