import HTTPTypes
import Hummingbird
import Logging
import NPSPages
import NPSSurvey

/// The one place where errors become answers. An unexpected error is a 500 that says nothing about itself; it is logged
/// by type only, since its description may hold what was received.
struct ErrorResponses {
    /// Nil for a listener that only programs talk to.
    var pages: ErrorPages?

    func answer(to problem: Problem, for request: Request) -> Response {
        pages?.response(to: problem, for: request) ?? problem.response
    }
}

extension Problem {
    /// What a request is answered with that ended with an error.
    init(_ error: any Error, logger: Logger) {
        switch error {
        case let problem as Problem: self = problem
        case let error as HTTPError: self.init(error)
        case is CancellationError: self = .shuttingDown
        default:
            logger.error("unexpected error", metadata: ["type": "\(type(of: error))"])
            self = .unexpected
        }
    }

    private init(_ error: HTTPError) {
        switch error.status {
        case .notFound: self = .notFound
        case .contentTooLarge: self = .contentTooLarge
        default:
            self.init(status: error.status, title: error.status.reasonPhrase, detail: "The request was refused.")
        }
    }
}

/// Pages instead of problem documents for clients that ask for HTML, except at the webhooks: their senders are
/// programs, whatever they ask for.
struct ErrorPages: Sendable {
    let pages: SurveyPages
    /// Nil without a directory.
    var surveys: ReloadableSurveys?
    let basePath: String

    /// Nil when the problem document is the answer.
    func response(to problem: Problem, for request: Request) -> Response? {
        guard let language = language(for: request) else { return nil }
        let context = FormContext(language: language, action: link(at: request.segments(below: basePath)))
        var response = HTTPAnswer(page(for: problem.status, in: context), problem.status).response
        for field in problem.instructions { response.headers[field.name] = field.value }
        return response
    }

    /// The language of the page; nil when the problem document is the answer.
    func language(for request: Request) -> Language? {
        guard Self.wantsHTML(request), request.segments(below: basePath).first != "webhooks" else {
            return nil
        }
        return pages.language(nil, accepted: request.fieldLines("accept-language"))
    }

    /// The page that says what the status means for a person.
    func page(for status: HTTPResponse.Status, in context: FormContext) -> Page {
        switch status {
        case .notFound: pages.notFound(in: context)
        case .contentTooLarge: pages.tooLarge(in: context)
        case .tooManyRequests: pages.tooManyRequests(in: context)
        case _ where status.kind == .serverError: pages.failed(in: context)
        default: pages.misunderstood(in: context)
        }
    }

    /// Whether HTML is asked for by name; `*/*` doesn't count.
    static func wantsHTML(_ request: Request) -> Bool {
        request.fieldLines("accept").flatMap { $0.split(separator: ",") }.contains { range in
            range.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() == "text/html"
        }
    }

    /// The personal link or the survey that the path begins with, so that the page leads back to it and not to the open
    /// form of the settings.
    private func link(at segments: [Substring]) -> String? {
        guard segments.count >= 2 else { return nil }
        switch segments[0] {
        case "s": return "\(basePath)/s/\(segments[1])"
        case "survey": return surveys?.current.survey(named: String(segments[1])).map { basePath + $0.path }
        default: return nil
        }
    }
}
