package import Foundation
import Hummingbird
package import Logging
package import NPSConsole
package import NPSQueue

/// Builds the listener for operators: health in detail, metrics, and with the token the queue and the quarantine.
package enum AdminListener {
    /// What the routes need.
    package struct Dependencies: Sendable {
        package let queue: ResponseQueue
        package let sources: ReloadableSources
        /// As the public listener notes it.
        package let activity: SourceActivity
        package let readiness: Readiness
        /// Nil = management is closed.
        package let token: String?
        /// How delivery is going.
        package let delivery: @Sendable () -> DeliveryReport
        /// Leaves half of the requests to Planhat to `queue verify` for this many seconds.
        package var share: @Sendable (Double) -> Void = { _ in }
        /// How long a request that can't do everything at once works before it is answered with where to go on.
        package var timeLimit: Duration = .seconds(5)
        /// What is counted.
        package let metrics: MetricsRegistry
        /// Sentences about certificates that should have been renewed.
        package var certificates: @Sendable () -> [String] = { [] }
        package var droppedLogLines: @Sendable () -> DroppedLogLines = { DroppedLogLines() }
        /// Of what expires and has to be renewed.
        package var certificateFacts: @Sendable () -> [CertificateFacts] = { [] }
        /// Where people can answer; nil where there is no open form.
        package var formAddress: String?
        /// The operators' pages.
        package var console: ConsolePages
        /// For what kind of reason a response is parked.
        package var parkedCause: @Sendable (String) -> ParkedCause = { _ in .refused }
        /// Told which records at Planhat somebody waits to have deleted.
        package var hurry: @Sendable ([Erasure.Remote]) -> Void = { _ in }
        /// The alerts that hold.
        package var alerts: @Sendable () -> [AlertKey] = { [] }
        /// The names that it is asked for under.
        package var hosts = AdminHosts.standard
        /// For how long the pages show the counts of answers that were read: each reading is of thousands.
        package var countsAge: Duration = .seconds(5)
        package var now: @Sendable () -> Date = { Date() }
        /// For limits.
        package var instant: @Sendable () -> ContinuousClock.Instant = { .now }

        package init(
            queue: ResponseQueue,
            sources: ReloadableSources,
            activity: SourceActivity,
            readiness: Readiness,
            token: String?,
            delivery: @escaping @Sendable () -> DeliveryReport,
            metrics: MetricsRegistry,
            console: ConsolePages
        ) {
            self.queue = queue
            self.sources = sources
            self.activity = activity
            self.readiness = readiness
            self.token = token
            self.delivery = delivery
            self.metrics = metrics
            self.console = console
        }
    }

    /// The names of the settings that say where it listens.
    package static let setting = "admin.host and admin.port"

    package static func make(
        _ dependencies: Dependencies,
        addresses: [ListenAddress],
        logger: Logger,
        onListening: @escaping @Sendable (Int?) -> Void = { _ in }
    ) throws -> Listener {
        var limits = ConnectionLimits()
        // Pages of 16 MiB, for programs that may pause as their output does.
        limits.reading = limits.keepAlive
        return try Listener(
            router: router(dependencies, logger: logger),
            addresses: addresses,
            tls: nil,
            limits: limits,
            proxies: .none,
            errorPages: nil,
            edge: edge(dependencies),
            setting: setting,
            logger: logger,
            onListening: onListening
        )
    }

    private static func edge(_ dependencies: Dependencies) -> EdgeCounters {
        EdgeCounters(listener: "admin", factory: dependencies.metrics)
    }

    static func router(_ dependencies: Dependencies, logger: Logger) -> Router<CollectorContext> {
        let router = Router(context: CollectorContext.self)
        let refusals = AdminRefusals(factory: dependencies.metrics, logger: logger, now: dependencies.instant)
        // A limit for each, so that who is wrong at a page, with a proxy in between perhaps, doesn't keep programs out.
        let (people, programs) = (credentials(dependencies, refusals), credentials(dependencies, refusals))
        let problems = ConsoleProblems(pages: dependencies.console, now: dependencies.now)
        router.add(middleware: RequestRules(log: AccessLog(listener: "admin"), edge: edge(dependencies)))
        router.add(
            middleware: AdminHostCheck(hosts: dependencies.hosts, refusals: refusals) { problem, request in
                problems.answer(to: problem, request).response
            }
        )
        router.add(
            middleware: ConsoleAccess(credentials: people, refusals: refusals) { refusal, request in
                problems.notice(Notice(refusal), refusal.status, request).response
            }
        )
        router.add(middleware: problems)
        AdminHealthRoutes(
            readiness: dependencies.readiness,
            delivery: { dependencies.delivery().sentence },
            scrape: Scrape(dependencies),
            quarantine: { [queue = dependencies.queue] in try? await queue.quarantineUse() },
            leadership: { [queue = dependencies.queue] in try? await queue.leadership() },
            alerts: dependencies.alerts,
            certificates: dependencies.certificates
        )
        .add(to: router)
        let managed = router.group().add(middleware: AdminToken(credentials: programs))
        let gathering = ConsoleGathering(dependencies)
        var actions = OperatorActions(
            queue: dependencies.queue,
            sources: dependencies.sources,
            timeLimit: dependencies.timeLimit,
            logger: logger
        )
        actions.forgetStatistics = gathering.forgetTallies
        QueueRoutes(
            queue: dependencies.queue,
            readiness: dependencies.readiness,
            delivery: dependencies.delivery,
            actions: actions
        )
        .add(to: managed)
        VerificationRoutes(queue: dependencies.queue, share: dependencies.share).add(to: managed)
        ErasureRoutes(queue: dependencies.queue, actions: actions).add(to: managed)
        BackupRoutes(backups: OnlineBackup(of: dependencies.queue, actions: actions)).add(to: managed)
        StatisticsRoutes(queue: dependencies.queue, now: dependencies.now).add(to: managed)
        QuarantineRoutes(queue: dependencies.queue, actions: actions).add(to: managed)
        addConsole(gathering, actions, to: router, dependencies)
        return router
    }

    private static func credentials(_ dependencies: Dependencies, _ refusals: AdminRefusals) -> AdminCredentials {
        AdminCredentials(
            token: dependencies.token,
            limit: SignInLimit(now: dependencies.instant),
            refusals: refusals
        )
    }

    private static func addConsole(
        _ gathering: ConsoleGathering,
        _ actions: OperatorActions,
        to people: some RouterMethods<CollectorContext>,
        _ dependencies: Dependencies
    ) {
        let pages = dependencies.console
        ConsoleRoutes(pages: pages, gathering: gathering).add(to: people)
        OperatorPages(
            pages: pages,
            queue: dependencies.queue,
            actions: actions,
            cause: dependencies.parkedCause,
            hurry: dependencies.hurry,
            delivery: dependencies.delivery,
            now: dependencies.now
        )
        .add(to: people)
    }
}
