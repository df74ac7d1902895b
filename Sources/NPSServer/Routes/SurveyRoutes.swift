import Foundation
import HTTPTypes
import Hummingbird
import Metrics
import NPSModel
import NPSQueue
import NPSSurvey

/// The open form. A GET never records anything; a POST answers 303, 422 with what was typed, or 503 with it.
struct SurveyRoutes {
    static let bodyLimit = FormValues.byteLimit

    let pages: SurveyPages
    let queue: ResponseQueue
    let basePath: String
    let isOpen: Bool
    let proxies: TrustedProxies
    let rateLimit: ClientRateLimit
    let now: @Sendable () -> Date

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("survey") { request, _ in show(request) }
        router.head("survey") { request, _ in show(request) }
        router.post("survey") { try await submit($0, context: $1) }
        router.get("survey/thanks") { request, _ in thanks(request) }
        router.head("survey/thanks") { request, _ in thanks(request) }
    }

    /// `?score=` chooses a number beforehand, `?answer=` is the nonce of an answer to change.
    private func show(_ request: Request) -> Response {
        let context = formContext(request)
        guard isOpen else { return Response(pages.closed(in: context), .notFound) }
        let nonce = request.query("answer").flatMap(FormNonce.init) ?? FormNonce()
        return Response(pages.form(FormValues(nonce: nonce, score: request.query("score") ?? ""), in: context), .ok)
    }

    private func thanks(_ request: Request) -> Response {
        let score = request.query("score").flatMap { Int($0) }
        let change = request.query("answer").flatMap(FormNonce.init).map { nonce in
            address(
                "/survey",
                [("answer", nonce.text), ("score", score.map(String.init)), ("lang", asked(request)?.tag)]
            )
        }
        return Response(pages.thanks(score: score, change: isOpen ? change : nil, in: formContext(request)), .ok)
    }

    private func submit(_ request: Request, context: CollectorContext) async throws -> Response {
        let form = formContext(request)
        guard isOpen else { return Response(pages.closed(in: form), .notFound) }
        let client = proxies.client(
            peer: context.peer,
            forwardedFor: request.fieldLines("x-forwarded-for"),
            forwarded: request.fieldLines("forwarded")
        )
        let delay = rateLimit.delay(for: client)
        let body: [UInt8]
        do {
            body = try await request.collectBody(upTo: Self.bodyLimit)
        } catch let problem as Problem where problem == .contentTooLarge {
            return Response(pages.tooLarge(in: form), .contentTooLarge)
        }
        if let delay { return wait(delay, body, request.headers[.contentType], form) }
        let response = await answer(body, request.headers[.contentType], form, asked: asked(request))
        Counter(label: "nps_survey_submissions_total", dimensions: [("status", String(response.status.code))])
            .increment()
        return response
    }

    /// Whoever typed something finds it again.
    private func wait(_ delay: Int, _ body: [UInt8], _ contentType: String?, _ form: FormContext) -> Response {
        let values = try? FormValues(parsing: body, contentType: contentType)
        var response = Response(
            values.map { pages.tooManyRequests($0, in: form) } ?? pages.tooManyRequests(in: form),
            .tooManyRequests
        )
        response.headers[.retryAfter] = String(delay)
        return response
    }

    private func answer(
        _ body: [UInt8],
        _ contentType: String?,
        _ form: FormContext,
        asked: Language?
    ) async -> Response {
        let values: FormValues
        do throws(SurveyError) {
            values = try FormValues(parsing: body, contentType: contentType)
        } catch {
            let status: HTTPResponse.Status = error == .formNotURLEncoded ? .unsupportedMediaType : .badRequest
            return Response(pages.unreadable(in: form), status)
        }
        let submission: Submission
        do throws(InvalidResponse) {
            submission = try values.check(receivedAt: now())
        } catch {
            return Response(pages.form(values, problems: error.problems, in: form), .unprocessableContent)
        }
        do throws(QueueError) {
            _ = try await queue.accept([submission])
        } catch {
            var response = Response(pages.unavailable(values, in: form), .serviceUnavailable)
            response.headers[.retryAfter] = Problem.unavailable(error).retryAfter.map(String.init)
            return response
        }
        let score = String(submission.response.score.value)
        let location = address(
            "/survey/thanks",
            [("score", score), ("answer", values.nonce.text), ("lang", asked?.tag)]
        )
        return Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }

    /// The language that `?lang=` names; nil when there is no such parameter or language.
    private func asked(_ request: Request) -> Language? {
        request.query("lang").flatMap(pages.language(named:))
    }

    /// A language that was asked for by name stays through the form, its errors and the thanks.
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
