import HTTPTypes
import Hummingbird
import NPSModel
import NPSPages
import NPSQueue
import NPSSurvey

/// What the open and the personal form have in common: reading what was sent, checking it, storing it, and the pages that
/// say what went wrong, with everything that was typed if it could be read.
struct FormPosts: Sendable {
    /// The survey's that is answered.
    private(set) var pages: SurveyPages
    let queue: ResponseQueue
    let proxies: TrustedProxies
    let rateLimit: ClientRateLimit
    let linkRateLimit: ClientRateLimit
    let linksRateLimit: ClientRateLimit
    let refusals: ReadyRefusals

    /// What a person gets instead of thanks.
    struct Refusal: Error {
        let answer: HTTPAnswer
    }

    init(
        pages: SurveyPages,
        queue: ResponseQueue,
        proxies: TrustedProxies,
        rateLimit: ClientRateLimit,
        linkRateLimit: ClientRateLimit,
        linksRateLimit: ClientRateLimit,
        refusals: ReadyRefusals
    ) {
        self.pages = pages
        self.queue = queue
        self.proxies = proxies
        self.rateLimit = rateLimit
        self.linkRateLimit = linkRateLimit
        self.linksRateLimit = linksRateLimit
        self.refusals = refusals
    }

    /// The same with the pages of another survey.
    func showing(_ pages: SurveyPages) -> FormPosts {
        var posts = self
        posts.pages = pages
        return posts
    }

    /// What a survey says that takes no answers now; nil while it does.
    static func refusal(of survey: Survey, _ phase: Survey.Phase, in form: FormContext) -> Refusal? {
        switch phase {
        case .open: nil
        // RFC 9110 §15.5.5 leaves open whether there will be something; §15.5.11 says that there won't.
        case .notYet(let day): Refusal(answer: HTTPAnswer(survey.pages.notYetOpen(until: day, in: form), .notFound))
        case .closed: Refusal(answer: HTTPAnswer(survey.pages.closed(in: form), .gone))
        }
    }

    /// Who sends the request, behind trusted proxies.
    ///
    /// - Parameter peer: the other end of the connection.
    func client(_ request: Request, from peer: Peer) -> Peer {
        proxies.client(peer: peer, fields: request.headers)
    }

    /// Counts the request.
    ///
    /// - Returns: nil when the client may send now, otherwise the seconds after which it may; a failure for a client far
    ///   over its limit, whose request is answered by a page made before and not read.
    func delay(_ client: Peer, _ request: Request) -> Result<Int?, Refusal> {
        delay(rateLimit.admission(for: client), request)
    }

    /// The same for a genuine link, whoever sends its form, unless an address sends those of very many.
    func delay(ofLink link: String, from client: Peer, _ request: Request) -> Result<Int?, Refusal> {
        let together = linksRateLimit.admission(for: client)
        return delay(together == .allowed ? linkRateLimit.admission(forLink: link) : together, request)
    }

    private func delay(_ admission: ClientRateLimit.Admission, _ request: Request) -> Result<Int?, Refusal> {
        switch admission {
        case .allowed: return .success(nil)
        case .wait(let seconds): return .success(seconds)
        case .refused(let seconds):
            return .failure(Refusal(answer: refusals.answer(to: request, in: pages, waiting: seconds)))
        }
    }

    /// What was typed; otherwise 413, 415, 400, or 429 for a client that has to wait.
    func values(
        of request: Request,
        waiting delay: Int?,
        in form: FormContext
    ) async throws -> Result<FormValues, Refusal> {
        let body: [UInt8]
        do {
            body = try await request.collectBody(upTo: FormValues.byteLimit)
        } catch let problem as Problem where problem == .contentTooLarge {
            return .failure(Refusal(answer: HTTPAnswer(pages.tooLarge(in: form), .contentTooLarge)))
        }
        do throws(SurveyError) {
            let values = try FormValues(parsing: body, contentType: request.headers[.contentType])
            guard let delay else { return .success(values) }
            return .failure(.init(pages.tooManyRequests(values, in: form), .tooManyRequests, retryAfter: delay))
        } catch {
            if let delay {
                return .failure(.init(pages.tooManyRequests(in: form), .tooManyRequests, retryAfter: delay))
            }
            let status: HTTPResponse.Status = error == .formNotURLEncoded ? .unsupportedMediaType : .badRequest
            return .failure(Refusal(answer: HTTPAnswer(pages.unreadable(in: form), status)))
        }
    }

    /// The checked answer, or 422 with what is wrong.
    func checked(
        _ values: FormValues,
        in form: FormContext,
        _ check: () throws(InvalidResponse) -> Submission
    ) -> Result<Submission, Refusal> {
        do throws(InvalidResponse) {
            return .success(try check())
        } catch {
            let page = pages.form(values, problems: error.problems, in: form)
            return .failure(Refusal(answer: HTTPAnswer(page, .unprocessableContent)))
        }
    }

    /// Returns when the answer is on disk; 503 when it can't be stored. What was erased before is left for the caller to
    /// count, who may send it as another answer.
    func keep(
        _ submission: Submission,
        _ values: FormValues,
        in form: FormContext,
        counting counters: FormCounters
    ) async -> Result<Acceptance, Refusal> {
        do throws(QueueError) {
            var submission = submission
            submission.trace = RequestTrace.current
            let outcomes = try await queue.accept([submission]).outcomes
            outcomes.countUnchanged()
            if outcomes.first != .unchanged(.erased) { counters.outcomes.count(outcomes) }
            return .success(outcomes.first ?? .unchanged(.sameContent))
        } catch {
            let delay = Problem.unavailable(error).retryAfter
            return .failure(.init(pages.unavailable(values, in: form), .serviceUnavailable, retryAfter: delay))
        }
    }
}

extension FormPosts.Refusal {
    /// - Parameter delay: seconds for `Retry-After`; nil for none.
    init(_ page: Page, _ status: HTTPResponse.Status, retryAfter delay: Int?) {
        var answer = HTTPAnswer(page, status)
        answer.fields[.retryAfter] = delay.map(String.init)
        self.init(answer: answer)
    }
}
