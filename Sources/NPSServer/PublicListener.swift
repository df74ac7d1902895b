package import CoreMetrics
package import Foundation
import Hummingbird
package import Logging
package import NIOSSL
package import NPSQueue
package import NPSSurvey

/// Builds the listener that people and tools talk to.
package enum PublicListener {
    /// What the routes need.
    package struct Dependencies: Sendable {
        package let queue: ResponseQueue
        package let pages: SurveyPages
        package let sources: ReloadableSources
        package let readiness: Readiness
        package let publicURL: PublicURL
        package let surveyIsOpen: Bool
        package var proxies: TrustedProxies
        /// Of emailed links; none = every link is unknown.
        package var linkKeys = LinkKeys.none
        package var rateLimit = ClientRateLimit()
        package var linkVisits = LinkVisits()
        package var now: @Sendable () -> Date = { Date() }
        /// By default the program's, as it is when the dependencies are made.
        package var metrics: any MetricsFactory = MetricsSystem.factory

        package init(
            queue: ResponseQueue,
            pages: SurveyPages,
            sources: ReloadableSources,
            readiness: Readiness,
            publicURL: PublicURL,
            surveyIsOpen: Bool,
            proxies: TrustedProxies
        ) {
            self.queue = queue
            self.pages = pages
            self.sources = sources
            self.readiness = readiness
            self.publicURL = publicURL
            self.surveyIsOpen = surveyIsOpen
            self.proxies = proxies
        }
    }

    package static func make(
        _ dependencies: Dependencies,
        address: ListenAddress,
        tls: TLSConfiguration?,
        limits: ConnectionLimits = ConnectionLimits(),
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) throws -> Listener {
        try Listener(
            router: router(dependencies, isEncrypted: tls != nil, logger: logger),
            address: address,
            tls: tls,
            limits: limits,
            proxies: dependencies.proxies,
            errorPages: errorPages(dependencies),
            setting: setting(of: address),
            logger: logger,
            onListening: onListening
        )
    }

    private static func setting(of address: ListenAddress) -> String {
        switch address {
        case .hostname: "http.host and http.port"
        case .unixSocket: "http.unix-socket"
        }
    }

    /// - Parameters:
    ///   - isEncrypted: whether TLS is this listener's own.
    ///   - logger: for what concerns the listener and no single request.
    static func router(
        _ dependencies: Dependencies,
        isEncrypted: Bool = false,
        logger: Logger
    ) -> Router<CollectorContext> {
        let basePath = dependencies.publicURL.basePath
        let router = Router<CollectorContext>.collector(
            listener: "public",
            errorPages: errorPages(dependencies),
            isEncrypted: isEncrypted
        )
        let forwarding = UntrustedForwarding(proxies: dependencies.proxies, logger: logger)
        router.add(middleware: ForwardingCheck(forwarding: forwarding))
        router.add(middleware: AllowedMethods(sources: dependencies.sources, basePath: basePath))
        HealthRoutes(readiness: dependencies.readiness).add(to: router)
        RobotsRoute().add(to: router)
        let counters = WebhookCounters(factory: dependencies.metrics)
        add(dependencies, counters, to: router)
        // A proxy may pass the base path on or strip it: both spellings lead to the same routes.
        if !basePath.isEmpty { add(dependencies, counters, to: router.group(RouterPath(basePath))) }
        return router
    }

    private static func errorPages(_ dependencies: Dependencies) -> ErrorPages {
        ErrorPages(pages: dependencies.pages, basePath: dependencies.publicURL.basePath)
    }

    private static func add(
        _ dependencies: Dependencies,
        _ counters: WebhookCounters,
        to router: some RouterMethods<CollectorContext>
    ) {
        let seal = dependencies.linkKeys.seal
        let posts = FormPosts(
            pages: dependencies.pages,
            queue: dependencies.queue,
            proxies: dependencies.proxies,
            rateLimit: dependencies.rateLimit,
            refusals: ReadyRefusals(pages: dependencies.pages)
        )
        SurveyRoutes(
            pages: dependencies.pages,
            basePath: dependencies.publicURL.basePath,
            isOpen: dependencies.surveyIsOpen,
            posts: posts,
            seal: seal,
            now: dependencies.now
        ).add(to: router)
        LinkRoutes(
            keys: dependencies.linkKeys,
            pages: dependencies.pages,
            queue: dependencies.queue,
            basePath: dependencies.publicURL.basePath,
            posts: posts,
            seal: seal,
            visits: dependencies.linkVisits,
            now: dependencies.now
        ).add(to: router)
        WebhookRoutes(
            sources: dependencies.sources,
            queue: dependencies.queue,
            publicURL: dependencies.publicURL,
            counters: counters,
            now: dependencies.now
        ).add(to: router)
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
