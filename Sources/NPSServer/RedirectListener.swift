package import CoreMetrics
import HTTPTypes
import Hummingbird
package import Logging
import NPSModel
package import NPSSurvey

/// Builds the plain HTTP listener that sends browsers to the public address, and that an ACME client's authority asks.
package enum RedirectListener {
    /// The name of the setting that says where it listens.
    package static let setting = "http.redirect-port"

    /// - Parameter webroot: where an ACME client puts what its authority looks for; nil for none.
    package static func make(
        to publicURL: PublicURL,
        pages: SurveyPages,
        surveys: ReloadableSurveys? = nil,
        addresses: [ListenAddress],
        proxies: TrustedProxies,
        webroot: String? = nil,
        metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger,
        onListening: @escaping @Sendable () -> Void = {}
    ) throws -> Listener {
        let errorPages = ErrorPages(pages: pages, surveys: surveys, basePath: publicURL.basePath)
        let edge = EdgeCounters(listener: "redirect", factory: metrics)
        return try Listener(
            router: router(to: publicURL, errorPages: errorPages, webroot: webroot, edge: edge),
            addresses: addresses,
            tls: nil,
            limits: ConnectionLimits(),
            proxies: proxies,
            errorPages: errorPages,
            edge: edge,
            setting: setting,
            logger: logger,
            onListening: { _ in onListening() }
        )
    }

    /// A personal link leads to the same link, a survey to the same survey, with a score and what that survey takes from an
    /// address, the start and the form to the open form, each in the language that was asked for. Nothing else of the
    /// request's own address is carried over, and no other address leads anywhere: a tool that checks the address of a webhook
    /// must not take the form for it.
    static func router(
        to publicURL: PublicURL,
        errorPages: ErrorPages,
        webroot: String? = nil,
        edge: EdgeCounters = .none
    ) -> Router<CollectorContext> {
        let router = Router(context: CollectorContext.self)
        router.add(
            middleware: RequestRules(
                log: AccessLog(listener: "redirect"),
                errors: ErrorResponses(pages: errorPages),
                edge: edge
            )
        )
        if let webroot { ChallengeRoutes(webroot: webroot).add(to: router) }
        let surveys = errorPages.surveys
        for path in ["/", "**"] as [RouterPath] {
            router.get(path) { request, _ in try redirect(request, to: publicURL, surveys) }
            router.head(path) { request, _ in try redirect(request, to: publicURL, surveys) }
            // A POST to this port has sent its content in clear already: say so instead of redirecting it.
            router.post(path) { _, _ -> Response in throw wrongPort(publicURL) }
        }
        return router
    }

    private static func wrongPort(_ publicURL: PublicURL) -> Problem {
        Problem(
            status: .forbidden,
            title: publicURL.isSecure ? "Not encrypted" : "The wrong port",
            detail: "This port only leads browsers to the form. Send this request to \(publicURL) instead."
        )
    }

    private static func redirect(
        _ request: Request,
        to publicURL: PublicURL,
        _ surveys: ReloadableSurveys?
    ) throws -> Response {
        let segments = request.segments(below: publicURL.basePath)
        switch segments.first {
        case nil, "survey", "s": break
        case "webhooks": throw wrongPort(publicURL)
        default: throw Problem.notFound
        }
        if segments.count == 2, segments[0] == "survey",
            let survey = surveys?.current.survey(named: String(segments[1]))
        {
            return Response(
                status: .permanentRedirect,
                headers: [.location: "\(publicURL)\(survey.path)\(query(of: request, survey))"]
            )
        }
        // There the language is all that the query can say.
        let language =
            request.query("lang").flatMap { LinkClaims.isLanguageTag($0) ? "?lang=\($0)" : nil } ?? ""
        let path = link(at: segments) ?? "/survey"
        return Response(status: .permanentRedirect, headers: [.location: publicURL.description + path + language])
    }

    /// What an open form's address may say: the language, a score, and what the survey lets through.
    private static func query(of request: Request, _ survey: Survey) -> String {
        let language = request.query("lang").flatMap { LinkClaims.isLanguageTag($0) ? $0 : nil }
        let score = request.query("score").flatMap { Int($0) }.flatMap { Score($0) }
        let own = [("lang", language), ("score", score.map { String($0.value) })]
        let properties = survey.properties(inQuery: request.uri.query)
            .map { ($0.name, Optional(PercentEncoding.encode($0.value))) }
        let items = (own + properties).compactMap { name, value in value.map { "\(name)=\($0)" } }
        return items.isEmpty ? "" : "?" + items.joined(separator: "&")
    }

    /// The link's own path, without what mail programs and trackers append to addresses; nil when there is no token.
    private static func link(at segments: [Substring]) -> String? {
        guard (2...3).contains(segments.count), segments[0] == "s" else { return nil }
        let token = LinkKeys.token(inSegment: String(segments[1]))
        guard !token.isEmpty else { return nil }
        let score = segments.count == 3 ? Score(linkEnding: String(segments[2])) : nil
        return "/s/\(token)" + (score.map { "/\($0.value)" } ?? "")
    }
}
