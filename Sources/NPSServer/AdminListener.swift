import Hummingbird
package import Logging
package import NPSQueue

/// Builds the listener for operators: health in detail, metrics, and with the token the queue and the quarantine.
package enum AdminListener {
    /// What the routes need.
    package struct Parts: Sendable {
        package let queue: ResponseQueue
        package let sources: LiveSources
        package let readiness: Readiness
        /// Nil = management is closed.
        package let token: String?
        /// How forwarding is.
        package let forwarding: @Sendable () -> ForwardingReport
        /// Leaves half of the requests to Planhat to a verification, for so many seconds.
        package var share: @Sendable (Double) -> Void = { _ in }
        /// Prometheus text.
        package let metrics: @Sendable () -> String

        package init(
            queue: ResponseQueue,
            sources: LiveSources,
            readiness: Readiness,
            token: String?,
            forwarding: @escaping @Sendable () -> ForwardingReport,
            metrics: @escaping @Sendable () -> String
        ) {
            self.queue = queue
            self.sources = sources
            self.readiness = readiness
            self.token = token
            self.forwarding = forwarding
            self.metrics = metrics
        }
    }

    package static func make(
        _ parts: Parts,
        address: ListenAddress,
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) throws -> Listener {
        try Listener(
            router: router(parts),
            address: address,
            tls: nil,
            limits: ConnectionLimits(),
            proxies: .none,
            logger: logger,
            onListening: onListening
        )
    }

    static func router(_ parts: Parts) -> Router<CollectorContext> {
        let router = Router(context: CollectorContext.self)
        router.addMiddleware {
            AccessLog(listener: "admin")
            HeadResponses()
            ErrorResponses()
            RequestLimits()
        }
        AdminHealthRoutes(
            readiness: parts.readiness,
            forwarding: { parts.forwarding().sentence },
            metrics: parts.metrics
        )
        .add(to: router)
        let managed = router.group().add(middleware: AdminToken(token: parts.token))
        QueueRoutes(queue: parts.queue, forwarding: parts.forwarding).add(to: managed)
        VerificationRoutes(queue: parts.queue, share: parts.share).add(to: managed)
        ErasureRoutes(queue: parts.queue).add(to: managed)
        QuarantineRoutes(queue: parts.queue, sources: parts.sources).add(to: managed)
        return router
    }
}
