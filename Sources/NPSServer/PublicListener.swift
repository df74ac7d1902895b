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
    package struct Parts: Sendable {
        package let queue: ResponseQueue
        package let pages: SurveyPages
        package let sources: LiveSources
        package let readiness: Readiness
        package let publicURL: PublicURL
        package let surveyIsOpen: Bool
        package let proxies: TrustedProxies
        /// Of emailed links; none = every link is unknown.
        package var linkKeys = LinkKeys.none
        package var rateLimit = ClientRateLimit()
        package var linkVisits = LinkVisits()
        package var now: @Sendable () -> Date = { Date() }
        /// The program's own at the time when the parts are made.
        package var metrics: any MetricsFactory = MetricsSystem.factory

        package init(
            queue: ResponseQueue,
            pages: SurveyPages,
            sources: LiveSources,
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
        _ parts: Parts,
        address: ListenAddress,
        tls: TLSConfiguration?,
        limits: ConnectionLimits = ConnectionLimits(),
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) throws -> Listener {
        try Listener(
            router: router(parts, isEncrypted: tls != nil),
            address: address,
            tls: tls,
            limits: limits,
            proxies: parts.proxies,
            logger: logger,
            onListening: onListening
        )
    }

    /// - Parameter isEncrypted: whether TLS is this listener's own.
    static func router(_ parts: Parts, isEncrypted: Bool = false) -> Router<CollectorContext> {
        let router = Router(context: CollectorContext.self)
        if isEncrypted { router.add(middleware: StrictTransport()) }
        router.addMiddleware {
            AccessLog(listener: "public")
            HeadResponses()
            ErrorResponses(pages: ErrorPages(pages: parts.pages, basePath: parts.publicURL.basePath))
            RequestLimits()
            AllowedMethods(sources: parts.sources, basePath: parts.publicURL.basePath)
        }
        HealthRoutes(readiness: parts.readiness).add(to: router)
        RobotsRoute().add(to: router)
        let matches = SecretMatches(factory: parts.metrics)
        add(parts, matches, to: router)
        // A proxy may pass the base path on or strip it: both spellings lead to the same routes.
        let basePath = parts.publicURL.basePath
        if !basePath.isEmpty { add(parts, matches, to: router.group(RouterPath(basePath))) }
        return router
    }

    private static func add(
        _ parts: Parts,
        _ matches: SecretMatches,
        to router: some RouterMethods<CollectorContext>
    ) {
        let posts = FormPosts(
            pages: parts.pages,
            queue: parts.queue,
            proxies: parts.proxies,
            rateLimit: parts.rateLimit
        )
        SurveyRoutes(
            pages: parts.pages,
            queue: parts.queue,
            basePath: parts.publicURL.basePath,
            isOpen: parts.surveyIsOpen,
            posts: posts,
            now: parts.now
        ).add(to: router)
        LinkRoutes(
            keys: parts.linkKeys,
            pages: parts.pages,
            queue: parts.queue,
            basePath: parts.publicURL.basePath,
            posts: posts,
            visits: parts.linkVisits,
            now: parts.now
        ).add(to: router)
        WebhookRoutes(
            sources: parts.sources,
            queue: parts.queue,
            publicURL: parts.publicURL,
            matches: matches,
            now: parts.now
        ).add(to: router)
    }
}
