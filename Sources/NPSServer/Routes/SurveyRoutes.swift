import Foundation
import HTTPTypes
import Hummingbird
import Metrics
import NPSModel
import NPSQueue
import NPSSurvey

/// The open form. A GET never records anything; a POST answers 303, 422 with what was typed, or 503 with it.
struct SurveyRoutes {
    let pages: SurveyPages
    let basePath: String
    let isOpen: Bool
    let posts: FormPosts
    let seal: FormSeal
    let counters: FormCounters
    let now: @Sendable () -> Date

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("survey") { request, _ in show(request) }
        router.head("survey") { request, _ in show(request) }
        router.post("survey") { try await submit($0, context: $1) }
        router.get("survey/thanks") { request, _ in thanks(request) }
        router.head("survey/thanks") { request, _ in thanks(request) }
    }

    /// `?score=` chooses a number beforehand, `?answer=` is the nonce of an answer to change.
    func show(_ request: Request) -> HTTPAnswer {
        let context = formContext(request)
        guard isOpen else { return HTTPAnswer(pages.closed(in: context), .notFound) }
        let changed = request.query("answer").flatMap(FormNonce.init)
        let values = FormValues(
            nonce: changed ?? FormNonce(),
            score: request.query("score") ?? "",
            issued: seal.stamp(nil, at: now()),
            earlierComment: changed == nil ? nil : .unknown
        )
        return HTTPAnswer(pages.form(values, in: context), .ok)
    }

    private func thanks(_ request: Request) -> HTTPAnswer {
        let score = request.query("score").flatMap { Int($0) }
        let change = request.query("answer").flatMap(FormNonce.init).map { nonce in
            address(
                "/survey",
                [("answer", nonce.text), ("score", score.map(String.init)), ("lang", asked(request)?.tag)]
            )
        }
        return HTTPAnswer(pages.thanks(score: score, change: isOpen ? change : nil, in: formContext(request)), .ok)
    }

    private func submit(_ request: Request, context: CollectorContext) async throws -> HTTPAnswer {
        guard isOpen else { return HTTPAnswer(pages.closed(in: formContext(request)), .notFound) }
        let answer = try await answer(to: request, from: posts.client(request, from: context.peer))
        Counter(label: "nps_survey_submissions_total", dimensions: [("status", String(answer.status.code))])
            .increment()
        return answer
    }

    private func answer(to request: Request, from client: Peer) async throws -> HTTPAnswer {
        let delay: Int?
        switch posts.delay(client, request) {
        case .success(let seconds): delay = seconds
        case .failure(let refusal): return counters.refused(refusal)
        }
        let form = formContext(request)
        switch try await posts.values(of: request, waiting: delay, in: form) {
        case .success(let values):
            let start = ContinuousClock.now
            let answer = await answer(values, form, asked: asked(request))
            counters.answered(answer, since: start)
            return answer
        case .failure(let refusal): return counters.refused(refusal)
        }
    }

    private func answer(_ sent: FormValues, _ form: FormContext, asked: Language?) async -> HTTPAnswer {
        let now = now()
        let printed = seal.printed(sent, nil)
        let origin = BotCheck(sent, printed: printed, at: now).originOnOpenForm
        var values = sent
        if printed == nil { values.issued = seal.stamp(nil, at: now) }
        let submission: Submission
        switch posts.checked(
            values,
            in: form,
            { () throws(InvalidResponse) in try sent.check(receivedAt: now, origin: origin) }
        ) {
        case .success(let checked): submission = checked
        case .failure(let refusal): return counters.refused(refusal)
        }
        switch await posts.keep(submission, values, in: form, counting: counters) {
        case .success(.unchanged(.erased)):
            // That answer is never taken again; the same form gives a new one.
            return await answer(values.renewed(), form, asked: asked)
        case .success(.unchanged(.heldBehindAnswer)):
            // A bot changes no answer; a person can send it again.
            return FormPosts.Refusal(pages.onceMore(values, in: form), .tooManyRequests, retryAfter: nil).answer
        case .success:
            let score = String(submission.response.score.value)
            let location = address(
                "/survey/thanks",
                [("score", score), ("answer", values.nonce.text), ("lang", asked?.tag)]
            )
            return .seeOther(location)
        case .failure(let refusal):
            return counters.refused(refusal)
        }
    }

    /// The language that `?lang=` names; nil when there is no such parameter or language.
    private func asked(_ request: Request) -> Language? {
        request.query("lang").flatMap(pages.language(named:))
    }

    /// A language that was asked for by name is kept from the form to its errors and the thanks.
    private func formContext(_ request: Request) -> FormContext {
        let asked = asked(request)
        return FormContext(
            language: pages.language(asked?.tag, accepted: request.fieldLines("accept-language")),
            action: asked.map { address("/survey", [("lang", $0.tag)]) }
        )
    }

    /// - Parameter parameters: those without a value are left out. The values need no escaping.
    private func address(_ path: String, _ parameters: [(name: String, value: String?)]) -> String {
        let query = parameters.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: "&")
        return basePath + path + (query.isEmpty ? "" : "?" + query)
    }
}
