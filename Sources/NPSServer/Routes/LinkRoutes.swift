import Foundation
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import NPSModel
import NPSQueue
import NPSSurvey

/// The personal form behind an emailed link. Mail scanners open every link, some before the person does: a GET or
/// HEAD shows the form, with the link's score chosen, and records nothing. A POST records; the last one counts.
struct LinkRoutes {
    let keys: LinkKeys
    let pages: SurveyPages
    let queue: ResponseQueue
    let basePath: String
    let proxies: TrustedProxies
    let rateLimit: ClientRateLimit
    let now: @Sendable () -> Date

    func add(to router: some RouterMethods<CollectorContext>) {
        for path in ["s/:token", "s/:token/:score"] as [RouterPath] {
            router.get(path) { await show($0, context: $1) }
            router.head(path) { await show($0, context: $1) }
        }
        router.post("s/:token") { try await submit($0, context: $1) }
        router.get("s/:token/thanks") { await thanks($0, context: $1) }
        router.head("s/:token/thanks") { await thanks($0, context: $1) }
    }

    private func show(_ request: Request, context: CollectorContext) async -> Response {
        let visit: LinkVisit
        switch open(request, context) {
        case .success(let opened): visit = opened
        case .failure(let refusal): return refusal.response
        }
        let chosen = context.parameters.get("score")
        // The eleven addresses of a link and no other: `+9`, `09` and `9.0` are nobody's.
        guard chosen.map({ (Int($0).map { (0...10).contains($0) && String($0) == chosen } ?? false) }) ?? true else {
            return unknown(request)
        }
        let earlier = await item(for: visit.claims)
        guard earlier?.state != .erased else { return expired(visit.form.language) }
        var form = visit.form
        form.earlier = earlier.map { EarlierAnswer(date: $0.acceptedAt, score: $0.score) }
        let values = FormValues(
            score: chosen ?? earlier?.score.map(String.init) ?? "",
            comment: earlier?.comment ?? "",
            issued: keys.seal.stamp(visit.claims, at: now())
        )
        return Response(pages.form(values, in: form), .ok)
    }

    private func thanks(_ request: Request, context: CollectorContext) async -> Response {
        switch open(request, context) {
        case .success(let visit):
            guard let item = await item(for: visit.claims) else {
                return Response(
                    status: .seeOther,
                    headers: [.location: visit.form.action ?? "", .cacheControl: "no-store"]
                )
            }
            guard item.state != .erased else { return expired(visit.form.language) }
            return Response(pages.thanks(score: item.score, change: visit.form.action, in: visit.form), .ok)
        case .failure(let refusal):
            return refusal.response
        }
    }
}

extension LinkRoutes {
    private func submit(_ request: Request, context: CollectorContext) async throws -> Response {
        let client = proxies.client(
            peer: context.peer,
            forwardedFor: request.fieldLines("x-forwarded-for"),
            forwarded: request.fieldLines("forwarded")
        )
        let delay = rateLimit.delay(for: client)
        let visit: LinkVisit
        switch open(request, context) {
        case .success(let opened): visit = opened
        case .failure(let refusal): return refusal.response
        }
        let response = try await answer(request, visit, waiting: delay)
        Counter(label: "nps_link_submissions_total", dimensions: [("status", String(response.status.code))]).increment()
        return response
    }

    /// - Parameter delay: seconds; nil when the client may send now.
    private func answer(_ request: Request, _ visit: LinkVisit, waiting delay: Int?) async throws -> Response {
        let body: [UInt8]
        do {
            body = try await request.collectBody(upTo: FormValues.byteLimit)
        } catch let problem as Problem where problem == .contentTooLarge {
            return Response(pages.tooLarge(in: visit.form), .contentTooLarge)
        }
        let values: FormValues
        do throws(SurveyError) {
            values = try FormValues(parsing: body, contentType: request.headers[.contentType])
        } catch {
            let status = error == .formNotURLEncoded ? HTTPResponse.Status.unsupportedMediaType : .badRequest
            return Response(pages.unreadable(in: visit.form), status)
        }
        if let delay { return wait(delay, values, visit) }
        return await keep(values, visit)
    }

    /// With all that was typed, to be sent again.
    private func wait(_ seconds: Int, _ values: FormValues, _ visit: LinkVisit) -> Response {
        var response = Response(pages.tooManyRequests(values, in: visit.form), .tooManyRequests)
        response.headers[.retryAfter] = String(seconds)
        return response
    }

    private func keep(_ values: FormValues, _ visit: LinkVisit) async -> Response {
        let earlier = await item(for: visit.claims)
        // What was erased is never taken again, and a thank-you for it would be a lie.
        if earlier?.state == .erased { return expired(visit.form.language) }
        let suspicion = suspicion(values, visit, earlier)
        let submission: Submission
        do throws(InvalidResponse) {
            submission = try values.check(answering: visit.claims, receivedAt: now(), suspicion: suspicion)
        } catch {
            return Response(pages.form(values, problems: error.problems, in: visit.form), .unprocessableContent)
        }
        if earlier != nil, submission.heldUntil != nil {
            // A machine must not change what a person said; a person who is quick is asked to send it again.
            return wait(Int(FormSeal.quickest), values, visit)
        }
        do throws(QueueError) {
            _ = try await queue.accept([submission])
        } catch {
            var response = Response(pages.unavailable(values, in: visit.form), .serviceUnavailable)
            response.headers[.retryAfter] = Problem.unavailable(error).retryAfter.map(String.init)
            return response
        }
        return Response(status: .seeOther, headers: [.location: visit.thanks, .cacheControl: "no-store"])
    }
}

extension LinkRoutes {
    private func suspicion(_ values: FormValues, _ visit: LinkVisit, _ earlier: QueueItem?) -> Suspicion {
        if keys.seal.isMechanical(values, visit.claims, at: now()) { return .mechanical(grace: Suspicion.grace) }
        // Only what was held takes that long to be delivered, or what met an outage; the flag of either is to be off.
        if let earlier, let deliveredAt = earlier.deliveredAt,
            deliveredAt.timeIntervalSince(earlier.acceptedAt) >= Suspicion.grace
        {
            return .dispelled
        }
        return .none
    }

    /// A genuine link, opened.
    private struct LinkVisit {
        let claims: LinkClaims
        let form: FormContext
        /// The path of the page after the answer.
        let thanks: String
    }

    private struct Refusal: Error {
        let response: Response
    }

    private func open(_ request: Request, _ context: CollectorContext) -> Result<LinkVisit, Refusal> {
        let token = context.parameters.get("token") ?? ""
        do throws(LinkError) {
            let claims = try keys.open(token, at: now())
            let language = language(of: request, claims.language)
            // The link's own language needs no reminder in the address.
            let query = claims.language == nil && request.query("lang") != nil ? "?lang=\(language.tag)" : ""
            let path = "\(basePath)/s/\(token)"
            let form = FormContext(language: language, action: path + query, isPersonal: true)
            return .success(LinkVisit(claims: claims, form: form, thanks: path + "/thanks" + query))
        } catch {
            if case .expired(let own) = error {
                return .failure(Refusal(response: expired(language(of: request, own))))
            }
            return .failure(Refusal(response: unknown(request)))
        }
    }

    private func language(of request: Request, _ own: Language?) -> Language {
        pages.language(own?.tag, request.query("lang"), accepted: request.fieldLines("accept-language"))
    }

    private func unknown(_ request: Request) -> Response {
        Response(pages.unknownLink(in: FormContext(language: language(of: request, nil))), .notFound)
    }

    private func expired(_ language: Language) -> Response {
        Response(pages.expired(in: FormContext(language: language)), .gone)
    }

    /// What is known of the answer. Nil as well when the queue can't tell: the form is of use without it.
    private func item(for claims: LinkClaims) async -> QueueItem? {
        try? await queue.show(claims.responseID)
    }
}
