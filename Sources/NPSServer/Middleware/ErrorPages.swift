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
        let segments = request.segments(below: basePath)
        guard Self.wantsHTML(request.fieldLines("accept")), segments.first != "webhooks" else { return nil }
        let language = pages.language(nil, accepted: request.fieldLines("accept-language"))
        let context = FormContext(language: language, action: link(at: segments))
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

    /// The personal form that the path is of: its person isn't asked for an address by the open one.
    private func link(at segments: [Substring]) -> String? {
        guard segments.count >= 2, segments[0] == "s" else { return nil }
        return "\(basePath)/s/\(segments[1])"
    }
}
