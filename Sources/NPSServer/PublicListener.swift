package import CoreMetrics
package import Foundation
import HTTPTypes
import Hummingbird
package import Logging
package import NPSQueue
package import NPSSurvey

/// Builds the listener that people and tools talk to.
package enum PublicListener {
    /// What the routes need.
    package struct Dependencies: Sendable {
        package let queue: ResponseQueue
        package let pages: SurveyPages
        package let sources: ReloadableSources
        package let activity: SourceActivity
        package let readiness: Readiness
        package let publicURL: PublicURL
        package let surveyIsOpen: Bool
        /// Nil without `surveys.directory`.
        package var surveys: ReloadableSurveys?
        package var proxies: TrustedProxies
        /// Of emailed links; none = every link is unknown.
        package var linkKeys = LinkKeys.none
        package var rateLimit = ClientRateLimit()
        package var linkRateLimit = ClientRateLimit.ofLinks()
        package var linksRateLimit = ClientRateLimit.ofLinksTogether()
        package var renderingLimit = ClientRateLimit.ofRendering()
        package var linkVisits = LinkVisits()
        package var sentComments = SentComments()
        package var now: @Sendable () -> Date = { Date() }
        /// By default the program's, as it is when the dependencies are made.
        package var metrics: any MetricsFactory = MetricsSystem.factory

        package init(
            queue: ResponseQueue,
            pages: SurveyPages,
            sources: ReloadableSources,
            activity: SourceActivity,
            readiness: Readiness,
            publicURL: PublicURL,
            surveyIsOpen: Bool,
            proxies: TrustedProxies
        ) {
            self.queue = queue
            self.pages = pages
            self.sources = sources
            self.activity = activity
            self.readiness = readiness
            self.publicURL = publicURL
            self.surveyIsOpen = surveyIsOpen
            self.proxies = proxies
        }
    }

    package static func make(
        _ dependencies: Dependencies,
        addresses: [ListenAddress],
        tls: ServerTLS?,
        limits: ConnectionLimits = ConnectionLimits(),
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) throws -> Listener {
        let routes = routes(dependencies, isEncrypted: tls != nil, logger: logger)
        return try Listener(
            router: routes.router,
            addresses: addresses,
            tls: tls,
            limits: limits,
            proxies: dependencies.proxies,
            errorPages: errorPages(dependencies),
            edge: edge(dependencies),
            direct: routes.direct,
            setting: setting(of: addresses),
            logger: logger,
            onListening: onListening
        )
    }

    private static func edge(_ dependencies: Dependencies) -> EdgeCounters {
        EdgeCounters(listener: "public", factory: dependencies.metrics)
    }

    /// The names of the settings that say where it listens.
    package static func setting(of addresses: [ListenAddress]) -> String {
        if case .hostname? = addresses.first { "http.host and http.port" } else { "http.unix-socket" }
    }

    /// What the listener answers: all of it by the router, and some of it by the connections themselves.
    struct Routes {
        let router: Router<CollectorContext>
        let direct: DirectRoutes
    }

    /// - Parameters:
    ///   - isEncrypted: whether TLS is this listener's own.
    ///   - logger: for what concerns the listener and no single request, and for what connections answer themselves.
    static func routes(_ dependencies: Dependencies, isEncrypted: Bool = false, logger: Logger) -> Routes {
        let basePath = dependencies.publicURL.basePath
        let edge = edge(dependencies)
        let fields: HTTPFields = isEncrypted ? RequestRules.strictTransport : [:]
        let forwarding = UntrustedForwarding(proxies: dependencies.proxies, logger: logger)
        let router = Router(context: CollectorContext.self)
        router.add(
            middleware: RequestRules(
                log: log,
                errors: ErrorResponses(pages: errorPages(dependencies)),
                edge: edge,
                forwarding: forwarding,
                methods: AllowedMethods(
                    sources: dependencies.sources,
                    surveys: dependencies.surveys,
                    basePath: basePath
                ),
                fields: fields
            )
        )
        HealthRoutes(readiness: dependencies.readiness).add(to: router)
        RobotsRoute().add(to: router)
        let webhooks = webhookRoutes(dependencies)
        let pages = pages(dependencies)
        webhooks.add(to: router)
        pages.add(to: router)
        // A proxy may pass the base path on or strip it: both spellings lead to the same routes.
        if !basePath.isEmpty {
            webhooks.add(to: router.group(RouterPath(basePath)))
            pages.add(to: router.group(RouterPath(basePath)))
        }
        let direct = DirectRoutes(
            [
                { head, _ in HealthRoutes.direct(head) },
                { head, _ in webhooks.direct(head, below: basePath) },
                { head, connection in pages.direct(head, from: connection.peer, below: basePath) },
            ],
            log: log,
            edge: edge,
            fields: fields,
            forwarding: forwarding,
            logger: logger
        )
        return Routes(router: router, direct: direct)
    }

    private static let log = AccessLog(listener: "public")

    private static func webhookRoutes(_ dependencies: Dependencies) -> WebhookRoutes {
        let counters = WebhookCounters(factory: dependencies.metrics, activity: dependencies.activity)
        dependencies.sources.follow { counters.begin($0) }
        return WebhookRoutes(
            sources: dependencies.sources,
            queue: dependencies.queue,
            publicURL: dependencies.publicURL,
            counters: counters,
            now: dependencies.now
        )
    }

    private static func errorPages(_ dependencies: Dependencies) -> ErrorPages {
        ErrorPages(
            pages: dependencies.pages,
            surveys: dependencies.surveys,
            basePath: dependencies.publicURL.basePath
        )
    }

    private static func pages(_ dependencies: Dependencies) -> PageRoutes {
        let seal = dependencies.linkKeys.seal
        let posts = FormPosts(
            pages: dependencies.pages,
            queue: dependencies.queue,
            proxies: dependencies.proxies,
            rateLimit: dependencies.rateLimit,
            linkRateLimit: dependencies.linkRateLimit,
            linksRateLimit: dependencies.linksRateLimit,
            refusals: ReadyRefusals(pages: dependencies.pages)
        )
        let standard = Survey(dependencies.pages, isOpen: dependencies.surveyIsOpen)
        let survey = SurveyRoutes(
            standard: standard,
            surveys: dependencies.surveys,
            basePath: dependencies.publicURL.basePath,
            posts: posts,
            rendering: RenderingLimit(
                proxies: dependencies.proxies,
                limit: dependencies.renderingLimit,
                refusals: posts.refusals
            ),
            seal: seal,
            sentComments: dependencies.sentComments,
            counters: FormCounters("survey", factory: dependencies.metrics),
            now: dependencies.now
        )
        let links = LinkRoutes(
            keys: dependencies.linkKeys,
            standard: standard,
            surveys: dependencies.surveys,
            queue: dependencies.queue,
            basePath: dependencies.publicURL.basePath,
            posts: posts,
            seal: seal,
            visits: dependencies.linkVisits,
            sentComments: dependencies.sentComments,
            counters: FormCounters("link", factory: dependencies.metrics),
            now: dependencies.now
        )
        return PageRoutes(survey: survey, links: links)
    }
}

/// `GET /robots.txt` (RFC 9309): nothing here is for search engines. It applies to the whole host, so behind a base
/// path it only helps where the proxy passes it on.
private struct RobotsRoute {
    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("robots.txt") { _, _ in Self.answer }
        router.head("robots.txt") { _, _ in Self.answer }
    }

    private static let answer = Response(
        status: .ok,
        headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "max-age=86400"],
        body: .init(byteBuffer: ByteBuffer(string: "User-agent: *\nDisallow: /\n"))
    )
}
