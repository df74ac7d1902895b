import Foundation
import HTTPTypes
import Hummingbird
import NPSModel
import NPSPages
import NPSQueue
import NPSSurvey

/// The personal form behind an emailed link. Mail scanners open every link, some before the person does: a GET or
/// HEAD shows the form, with the link's score chosen, and records nothing. A POST records; the last one counts, unless
/// `BotCheck` takes it for a bot's.
struct LinkRoutes {
    let keys: LinkKeys
    /// The survey of links that name none of `surveys`.
    let standard: Survey
    /// Nil without a directory.
    let surveys: ReloadableSurveys?
    let queue: ResponseQueue
    let basePath: String
    let posts: FormPosts
    let seal: FormSeal
    let visits: LinkVisits
    let sentComments: SentComments
    let counters: FormCounters
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

    private func show(_ request: Request, context: CollectorContext) async -> HTTPAnswer {
        let (token, score) = (context.parameters.get("token"), context.parameters.get("score"))
        return await show(request, token: token, score: score, from: context.peer)
    }

    /// - Parameters:
    ///   - token: as it stands in the address; nil for none.
    ///   - score: the same of the score.
    ///   - peer: the other end of the connection.
    func show(_ request: Request, token: String?, score: String?, from peer: Peer) async -> HTTPAnswer {
        let visit: LinkVisit
        switch open(request, token: token) {
        case .success(let opened): visit = opened
        case .failure(let refusal): return refusal.answer
        }
        let now = now()
        let survey = visit.survey
        if let refusal = FormPosts.refusal(of: survey, survey.phase(at: now), in: visit.form) { return refusal.answer }
        let score = score.flatMap(Score.init(linkEnding:))
        if let score {
            let opening = OpenedScore(score, at: now, by: posts.client(request, from: peer).mark)
            visits.note(opening, of: visit.claims.providerID)
        }
        let item = await item(for: visit.claims)
        guard item?.state != .erased else { return expired(visit) }
        // What a bot may have sent is not shown: a person could take it for their own answer and leave it.
        let earlier = item?.isMechanical == true ? nil : item
        var form = visit.form
        form.earlier = earlier.map { EarlierAnswer(date: $0.receivedAt, score: $0.score) }
        let values = FormValues(
            score: (score?.value ?? earlier?.score).map(String.init) ?? "",
            comment: earlier?.comment ?? "",
            issued: seal.stamp(visit.claims, chosen: score, at: now),
            earlierComment: earlier.flatMap { $0.score == nil ? .unknown : $0.comment == nil ? nil : .shown }
        )
        return HTTPAnswer(survey.pages.form(values, in: form), .ok)
    }

    /// `?score=` is what was just sent: the queue doesn't keep it once it is delivered.
    private func thanks(_ request: Request, context: CollectorContext) async -> HTTPAnswer {
        switch open(request, token: context.parameters.get("token")) {
        case .success(let visit):
            let item: QueueItem?
            do throws(QueueError) {
                item = try await queue.show(visit.claims.responseID)
                // Nobody has answered yet.
                if item == nil { return .seeOther(visit.form.action ?? "") }
            } catch {
                item = nil
            }
            guard item?.state != .erased else { return expired(visit) }
            let known = item?.isMechanical == true ? nil : item?.score
            let score = known ?? request.query("score").flatMap { Int($0) }
            let change = visit.survey.phase(at: now()) == .open ? visit.form.action : nil
            let ticket = request.method == .get ? request.query("said") : nil
            let comment = ticket.flatMap { sentComments.take($0, of: visit.path) }
            let page = visit.survey.pages.thanks(score: score, comment: comment, change: change, in: visit.form)
            return HTTPAnswer(page, .ok)
        case .failure(let refusal):
            return refusal.answer
        }
    }
}

extension LinkRoutes {
    /// A genuine link, opened.
    struct LinkVisit {
        let claims: LinkClaims
        let survey: Survey
        let form: FormContext
        /// The link's path, and the query that every address of it has to repeat.
        let path: String
        let query: String?

        /// The page after the answer.
        ///
        /// - Parameter ticket: for the comment; nil for none.
        func thanks(score: Int, ticket: String?) -> String {
            "\(path)/thanks?score=\(score)" + (query.map { "&" + $0 } ?? "") + (ticket.map { "&said=" + $0 } ?? "")
        }
    }

    /// - Parameter segment: of the address; nil for none.
    func open(_ request: Request, token segment: String?) -> Result<LinkVisit, FormPosts.Refusal> {
        let token = LinkKeys.token(inSegment: segment ?? "")
        do throws(LinkError) {
            let claims = try keys.open(token, at: now())
            let survey = claims.survey.flatMap { surveys?.current.survey(named: $0) } ?? standard
            let language = language(of: request, claims.language, in: survey)
            // The link's own language need not be repeated in the address.
            let query = claims.language == nil && request.query("lang") != nil ? "lang=\(language.tag)" : nil
            let path = "\(basePath)/s/\(token)"
            let action = path + (query.map { "?" + $0 } ?? "")
            let form = FormContext(language: language, action: action, isPersonal: true)
            return .success(LinkVisit(claims: claims, survey: survey, form: form, path: path, query: query))
        } catch {
            if case .expired(let own) = error {
                let page = standard.pages.expired(in: FormContext(language: language(of: request, own, in: standard)))
                return .failure(FormPosts.Refusal(answer: HTTPAnswer(page, .gone)))
            }
            return .failure(FormPosts.Refusal(answer: unknown(request)))
        }
    }

    private func language(of request: Request, _ own: Language?, in survey: Survey) -> Language {
        survey.pages.language(own?.tag, request.query("lang"), accepted: request.fieldLines("accept-language"))
    }

    private func unknown(_ request: Request) -> HTTPAnswer {
        let context = FormContext(language: language(of: request, nil, in: standard))
        return HTTPAnswer(standard.pages.unknownLink(in: context), .notFound)
    }

    func expired(_ visit: LinkVisit) -> HTTPAnswer {
        HTTPAnswer(visit.survey.pages.expired(in: FormContext(language: visit.form.language)), .gone)
    }

    /// What is known of the answer. Nil also when the queue fails: the form is useful without it.
    func item(for claims: LinkClaims) async -> QueueItem? {
        try? await queue.show(claims.responseID)
    }
}
