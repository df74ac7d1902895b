import HTTPTypes
import Hummingbird
import NPSSurvey

/// Pages in the place of problem documents, for people: whoever's client asks for HTML, except at the webhooks, whose
/// senders are programs whatever they ask for.
struct ErrorPages {
    let pages: SurveyPages
    let basePath: String

    /// Nil when the problem itself is the answer.
    func response(to problem: Problem, for request: Request) -> Response? {
        guard Self.wantsHTML(request.fieldLines("accept")), !isWebhook(request.uri.path) else { return nil }
        let context = FormContext(language: pages.language(nil, accepted: request.fieldLines("accept-language")))
        return switch problem.status {
        case .notFound: Response(pages.notFound(in: context), .notFound)
        case .internalServerError: Response(pages.failed(in: context), .internalServerError)
        default: nil
        }
    }

    /// Whether HTML is asked for by name: `*/*` says that nobody cares.
    private static func wantsHTML(_ accept: [String]) -> Bool {
        accept.flatMap { $0.split(separator: ",") }.contains { range in
            range.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() == "text/html"
        }
    }

    private func isWebhook(_ path: String) -> Bool {
        let inner = !basePath.isEmpty && path.hasPrefix(basePath + "/") ? path.dropFirst(basePath.count) : path[...]
        return inner.split(separator: "/").first == "webhooks"
    }
}
