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
    let posts: FormPosts
    let visits: LinkVisits
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
        let score = chosen.flatMap { Int($0) }
        // The eleven addresses of a link and no other: `+9`, `09` and `9.0` are nobody's.
        guard chosen == nil || score.map({ (0...10).contains($0) && String($0) == chosen }) ?? false else {
            return unknown(request)
        }
        if let score { visits.note(visit.claims.providerID, score: score, at: now()) }
        let item = await item(for: visit.claims)
        guard item?.state != .erased else { return expired(visit.form.language) }
        // What a machine may have sent is not the person's: who takes it for their own may leave it so.
        let earlier = item?.isMechanical == true ? nil : item
        var form = visit.form
        form.earlier = earlier.map { EarlierAnswer(date: $0.receivedAt, score: $0.score) }
        let values = FormValues(
            score: chosen ?? earlier?.score.map(String.init) ?? "",
            comment: earlier?.comment ?? "",
            issued: stamp(visit),
            earlierComment: earlier.flatMap { $0.score == nil ? .unknown : $0.comment == nil ? nil : .shown }
        )
        return Response(pages.form(values, in: form), .ok)
    }

    /// `?score=` is what was just sent: once it is delivered, nobody here knows it.
    private func thanks(_ request: Request, context: CollectorContext) async -> Response {
        switch open(request, context) {
        case .success(let visit):
            let item: QueueItem?
            do throws(QueueError) {
                item = try await queue.show(visit.claims.responseID)
                // Nobody answered: thanks would be a lie.
                if item == nil { return Self.seeOther(visit.form.action ?? "") }
            } catch {
                item = nil
            }
            guard item?.state != .erased else { return expired(visit.form.language) }
            let known = item?.isMechanical == true ? nil : item?.score
            let score = known ?? request.query("score").flatMap { Int($0) }
            return Response(pages.thanks(score: score, change: visit.form.action, in: visit.form), .ok)
        case .failure(let refusal):
            return refusal.response
        }
    }
}

extension LinkRoutes {
    private func submit(_ request: Request, context: CollectorContext) async throws -> Response {
        let delay = posts.delay(request, context)
        let visit: LinkVisit
        switch open(request, context) {
        case .success(let opened): visit = opened
        case .failure(let refusal): return refusal.response
        }
        let response: Response
        switch try await posts.values(of: request, waiting: delay, in: visit.form) {
        case .success(let values): response = await answer(values, visit)
        case .failure(let refusal): response = refusal.response
        }
        Counter(label: "nps_link_submissions_total", dimensions: [("status", String(response.status.code))]).increment()
        return response
    }

    private func answer(_ sent: FormValues, _ visit: LinkVisit) async -> Response {
        let earlier = await item(for: visit.claims)
        // What was erased is never taken again, and a thank-you for it would be a lie.
        if earlier?.state == .erased { return expired(visit.form.language) }
        let issued = keys.seal.issued(sent, visit.claims)
        let origin = origin(sent, visit, earlier, issued)
        var values = sent
        // Who mends a mistake may be quick about it: the form is as old as it was. One without a stamp gets one.
        if issued == nil { values.issued = stamp(visit) }
        let submission: Submission
        switch posts.checked(
            values,
            in: visit.form,
            { () throws(InvalidResponse) in
                try sent.check(answering: visit.claims, receivedAt: now(), origin: origin)
            }
        ) {
        case .success(let checked): submission = checked
        case .failure(let refusal): return refusal.response
        }
        let thanks = visit.thanks(score: submission.response.score.value)
        if let earlier {
            if await isSaid(sent, visit) { return Self.seeOther(thanks) }
            // A machine must not change what a person said; a person who is quick is asked to send it again.
            if submission.heldUntil != nil { return onceMore(values, visit, .tooManyRequests) }
            // Neither must a form from before that answer: scanners keep one for each score.
            if !earlier.isMechanical, let issued, issued.addingTimeInterval(0.001) < earlier.receivedAt {
                return onceMore(values, visit, .conflict)
            }
        }
        switch await posts.keep(submission, values, in: visit.form) {
        case .success: return Self.seeOther(thanks)
        case .failure(let refusal): return refusal.response
        }
    }

    private static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }

    /// With all that was typed, and a fresh stamp: with the old one it would come back for ever.
    private func onceMore(_ typed: FormValues, _ visit: LinkVisit, _ status: HTTPResponse.Status) -> Response {
        var values = typed
        values.issued = stamp(visit)
        // Only now it knows of an earlier answer. Without the hint, an empty comment might be meant either way.
        if values.earlierComment == nil, values.comment.isEmpty { values.earlierComment = .unknown }
        let delay = status == .tooManyRequests ? Int(FormSeal.quickest) : nil
        return FormPosts.Refusal(pages.onceMore(values, in: visit.form), status, retryAfter: delay).response
    }

    /// A double click: a person's answer, which stands there already. The first may have taken a machine's flag back.
    /// False as well when the queue can't tell.
    private func isSaid(_ sent: FormValues, _ visit: LinkVisit) async -> Bool {
        for origin in [AnswerOrigin.person, .personAfterMachine] {
            let submission = try? sent.check(answering: visit.claims, receivedAt: now(), origin: origin)
            if let submission, (try? await queue.has(submission)) == true { return true }
        }
        return false
    }

    private func stamp(_ visit: LinkVisit) -> String { keys.seal.stamp(visit.claims, at: now()) }
}

extension LinkRoutes {
    private func origin(
        _ values: FormValues,
        _ visit: LinkVisit,
        _ earlier: QueueItem?,
        _ issued: Date?
    ) -> AnswerOrigin {
        let isOneOfMany = issued.map { visits.isBurst(visit.claims.providerID, around: $0) } ?? false
        if isOneOfMany || keys.seal.isMechanical(values, visit.claims, at: now()) {
            return .mechanical(grace: AnswerOrigin.grace)
        }
        // What is still held never got out, so there is no flag to take back.
        return earlier?.isSuspect == true && earlier?.heldUntil == nil ? .personAfterMachine : .person
    }

    /// A genuine link, opened.
    private struct LinkVisit {
        let claims: LinkClaims
        let form: FormContext
        /// The path of the link, and what its query has to remember.
        let path: String
        let query: String?

        /// The page after the answer.
        func thanks(score: Int) -> String {
            "\(path)/thanks?score=\(score)" + (query.map { "&" + $0 } ?? "")
        }
    }

    private func open(_ request: Request, _ context: CollectorContext) -> Result<LinkVisit, FormPosts.Refusal> {
        let token = context.parameters.get("token") ?? ""
        do throws(LinkError) {
            let claims = try keys.open(token, at: now())
            let language = language(of: request, claims.language)
            // The link's own language needs no reminder in the address.
            let query = claims.language == nil && request.query("lang") != nil ? "lang=\(language.tag)" : nil
            let path = "\(basePath)/s/\(token)"
            let action = path + (query.map { "?" + $0 } ?? "")
            let form = FormContext(language: language, action: action, isPersonal: true)
            return .success(LinkVisit(claims: claims, form: form, path: path, query: query))
        } catch {
            if case .expired(let own) = error {
                return .failure(FormPosts.Refusal(response: expired(language(of: request, own))))
            }
            return .failure(FormPosts.Refusal(response: unknown(request)))
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
