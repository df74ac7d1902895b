package import Foundation
import Hummingbird
package import Logging
package import NIOSSL
package import NPSQueue
package import NPSSurvey
package import NPSWebhooks

/// Builds the listener that people and tools talk to.
package enum PublicListener {
    /// What the routes need.
    package struct Parts: Sendable {
        package let queue: ResponseQueue
        package let pages: SurveyPages
        package let catalogue: SourceCatalogue
        package let readiness: Readiness
        package let publicURL: PublicURL
        package let surveyIsOpen: Bool
        package let proxies: TrustedProxies
        package var rateLimit = ClientRateLimit()
        package var now: @Sendable () -> Date = { Date() }

        package init(
            queue: ResponseQueue,
            pages: SurveyPages,
            catalogue: SourceCatalogue,
            readiness: Readiness,
            publicURL: PublicURL,
            surveyIsOpen: Bool,
            proxies: TrustedProxies
        ) {
            self.queue = queue
            self.pages = pages
            self.catalogue = catalogue
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
            router: router(parts),
            address: address,
            tls: tls,
            limits: limits,
            proxies: parts.proxies,
            logger: logger,
            onListening: onListening
        )
    }

    static func router(_ parts: Parts) -> Router<CollectorContext> {
        let router = Router(context: CollectorContext.self)
        router.addMiddleware {
            AccessLog(listener: "public")
            HeadResponses()
            ErrorResponses()
            RequestLimits()
        }
        HealthRoutes(readiness: parts.readiness).add(to: router)
        add(parts, to: router)
        // A proxy may pass the base path on or strip it: both spellings lead to the same routes.
        let basePath = parts.publicURL.basePath
        if !basePath.isEmpty { add(parts, to: router.group(RouterPath(basePath))) }
        return router
    }

    private static func add(_ parts: Parts, to router: some RouterMethods<CollectorContext>) {
        SurveyRoutes(
            pages: parts.pages,
            queue: parts.queue,
            basePath: parts.publicURL.basePath,
            isOpen: parts.surveyIsOpen,
            proxies: parts.proxies,
            rateLimit: parts.rateLimit,
            now: parts.now
        ).add(to: router)
        WebhookRoutes(
            catalogue: parts.catalogue,
            queue: parts.queue,
            publicURL: parts.publicURL,
            now: parts.now
        ).add(to: router)
    }
}
