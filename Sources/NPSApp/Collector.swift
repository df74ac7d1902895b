import Foundation
package import Logging
import Metrics
import NPSDelivery
import NPSQueue
package import NPSServer
import NPSSurvey
import NPSWebhooks
import PlanhatAPI
import ServiceLifecycle
import UnixSignals

/// The verb `serve`: the form and the webhooks, the queue, and delivery to Planhat, until SIGTERM or SIGINT.
package struct Collector: Sendable {
    private let settings: Settings
    private let logger: Logger
    private let queue: ResponseQueue
    private let client: PlanhatClient
    private let worker: DeliveryWorker
    private let sources: ReloadableSources
    /// Nil without TLS.
    private let certificates: ReloadableCertificates?
    private let pages: SurveyPages
    /// Nil without `surveys.directory`.
    private let surveys: ReloadableSurveys?
    private let readiness: Readiness
    private let alerts: AlertComposition
    private let promptErasures = PromptErasures()
    private let metrics = MetricsRegistry()
    private let listeners: ListenerComposition
    private let notifySocket: NotifySocket?
    private let watchdog: Duration?
    /// What the service manager passed and nobody here understands.
    private let complaints: [String]
    private let notifier: ServiceNotifier

    /// Opens everything that can fail for reasons of configuration.
    ///
    /// - Parameters:
    ///   - environment: what a service manager passed.
    ///   - droppedLogLines: what the log has lost, for the metrics.
    /// - Throws: ``SettingsError`` for what the operator must fix, `QueueError` when the queue can't be opened.
    package init(
        settings: Settings,
        environment: SystemdEnvironment = SystemdEnvironment(),
        logger: Logger,
        droppedLogLines: @escaping @Sendable () -> DroppedLogLines = { DroppedLogLines() }
    ) throws {
        self.settings = settings
        self.logger = logger
        let sockets = try ListenerSockets(environment.sockets)
        let notifySocket = environment.notifySocket
        self.notifySocket = notifySocket
        watchdog = environment.watchdog
        complaints = environment.complaints
        notifier = ServiceNotifier { message in notifySocket?.send(message) ?? true }
        // It may take long, with a large file of an earlier version.
        notifySocket?.send("STATUS=Opening the queue.")
        sources = try settings.makeSources()
        pages = try settings.makePages()
        surveys = try settings.makeSurveys(adapting: pages)
        // After what somebody has to change, since this may pass.
        let certificates = try settings.tls.map { try ReloadableCertificates($0) }
        self.certificates = certificates
        client = try settings.makeClient(logger: logger)
        var configuration = settings.makeQueueConfiguration()
        configuration.forwarding = .inTurn
        configuration.version = NPSApp.version
        configuration.metrics = metrics
        configuration.boot = configuration.boot ?? environment.boot
        queue = try ResponseQueue(configuration: configuration, logger: logger)
        let host = settings.http.publicURL.host
        readiness = Readiness(queue: queue) {
            guard let facts = certificates?.facts(for: host), facts.isExpired(at: Date()) else { return nil }
            return facts.problem(at: Date())
        }
        worker = DeliveryWorker(
            queue: queue,
            client: client,
            configuration: DeliveryWorker.Configuration(
                requestsPerMinute: settings.planhat.requestsPerMinute,
                batchSize: settings.planhat.batchSize
            ),
            logger: logger
        )
        let activity = SourceActivity()
        alerts = AlertComposition(
            queue: queue,
            worker: worker,
            sources: sources,
            activity: activity,
            readiness: readiness,
            certificates: certificates,
            droppedLogLines: droppedLogLines
        )
        listeners = ListenerComposition(
            settings: settings,
            sockets: sockets,
            queue: queue,
            worker: worker,
            sources: sources,
            activity: activity,
            certificates: certificates,
            pages: pages,
            surveys: surveys,
            readiness: readiness,
            alerts: alerts.active,
            promptErasures: promptErasures,
            metrics: metrics,
            droppedLogLines: droppedLogLines,
            logger: logger
        )
    }

    /// Returns when everything has stopped: requests in flight are finished and the queue is closed.
    ///
    /// - Parameters:
    ///   - onStart: called once SIGTERM and SIGINT stop everything in its order.
    ///   - onOverdueStop: called when that takes longer than a stop may, as a commit does that waits for a standby; to end the
    ///     process at once. What was acknowledged is on disk, and the next start deals with the rest. Gets what made the
    ///     collector stop; nil for a signal.
    /// - Throws: what made it stop, unless that was a signal.
    package func run(
        onStart: @escaping @Sendable () -> Void = {},
        onOverdueStop: @escaping @Sendable ((any Error)?) -> Void = { _ in }
    ) async throws {
        let passed = listeners.sockets[.public]
        let warnings = passed.isEmpty ? settings.warnings : passed.flatMap(settings.warnings)
        for warning in Set(warnings).sorted() { logger.warning("\(warning)") }
        for warning in sources.current.warnings(isEncrypted: certificates != nil) {
            logger.warning("\(warning)")
        }
        listeners.logSockets(complaints: complaints)
        for file in pages.slowTemplates {
            logger.notice(
                """
                the page template \(file) does more with what differs between requests than print it, so its page is \
                rendered for every request, which takes many times as long
                """
            )
        }
        MetricsSystem.bootstrap(metrics)
        Gauge(label: "nps_build_info", dimensions: [("version", NPSApp.version)]).record(1)
        try await relabelSources()
        let start = CompleteStart(listeners: listeners.isRedirecting ? 3 : 2)
        if let warning = settings.challengeWarning(isRedirecting: listeners.isRedirecting) {
            logger.warning("\(warning)")
        }
        // They stop in reverse: readiness is off before the listeners close, and the client and the queue stay open
        // until nothing uses them any more.
        var services: [any Service] = [
            OnStart(action: onStart),
            OnShutdown { [queue] in await queue.close() },
            OnShutdown { [client] in await client.shutdown() },
            Forwarding(
                queue: queue,
                worker: worker,
                start: start,
                onStart: { [notifier, listeners] in
                    listeners.logStart(port: start.publicPort)
                    await notifier.ready()
                }
            ),
            alerts.service(settings, logger: logger),
            try listeners.adminListener { start.listens() },
            try listeners.publicListener { start.listens(publicAt: $0) },
        ]
        var renewals: [@Sendable () async -> Void] = [
            SourceReload(sources: sources, isEncrypted: certificates != nil, logger: logger).renew
        ]
        if let surveys { renewals.append(SurveyReload(surveys: surveys, logger: logger).renew) }
        if let certificates {
            let service = CertificateReload(
                certificates: certificates,
                authorities: { [sources] in sources.current.authorityFacts },
                host: settings.http.publicURL.host,
                logger: logger
            )
            renewals.append { service.renew() }
            services.append(service)
        }
        let signals = await UnixSignalsSequence(trapping: .sighup)
        services.append(Reload(signals: signals, notifier: notifier, renewals: renewals))
        let periods = Retention.Periods(
            quarantine: settings.quarantine.retention,
            parked: settings.queue.parkedRetention,
            receipts: settings.queue.receiptRetention
        )
        services.append(
            Retention(queue: queue, periods: periods, logger: logger, didSweep: { [alerts] in alerts.sweep.note() })
        )
        services.append(QueueUpgrading(queue: queue, logger: logger))
        services.append(remoteErasures)
        if listeners.isRedirecting { services.append(try listeners.redirectListener { start.listens() }) }
        services += notifications
        try await OrderedServices(
            services: services,
            logger: logger,
            onStop: { [readiness, notifier] in
                start.stop()
                readiness.drain()
                await notifier.stopping()
            },
            onOverdueStop: { [logger] failure in
                logger.warning("stopped without waiting any longer for what is under way; it was not acknowledged")
                onOverdueStop(failure)
            }
        )
        .run()
        logger.notice("stopped")
    }

    /// Earlier versions stored the names of unsigned sources, and would have sent them to Planhat.
    private func relabelSources() async throws {
        for source in sources.current.sources where source.label != source.name {
            try await queue.relabel(source: source.name, as: source.label)
        }
    }

    /// What keeps the service manager informed, where there is one that wants to know.
    private var notifications: [any Service] {
        guard notifySocket != nil else { return [] }
        let reporting = StatusReporting(notifier: notifier) { [queue, readiness, worker] in
            StatusLine(
                problem: await readiness.problem(),
                books: try? await queue.status(),
                delivery: DeliveryReport(worker, of: queue)
            )
        }
        guard let watchdog else { return [reporting] }
        return [
            reporting,
            Watchdog(
                period: watchdog,
                beat: { [queue] in
                    // A PostgreSQL's threads wait for nothing without a limit of its own, but for one job after the other.
                    if !queue.isShared { await queue.beat() }
                },
                alive: { [notifier] in await notifier.alive() }
            ),
        ]
    }

    private var remoteErasures: RemoteErasures {
        RemoteErasures(
            queue: queue,
            erasure: RemoteErasure(
                client: client,
                requestsPerMinute: settings.planhat.requestsPerMinute,
                share: RemoteErasures.share,
                onRequest: { [worker, requests = Counter(label: "nps_erasure_requests_total")] in
                    requests.increment()
                    worker.yieldTurn()
                }
            ),
            // The requests a minute are for whoever forwards.
            isHeldUp: { [worker, queue] in
                !queue.isForwarding || worker.isSharing || DeliveryReport(worker, of: queue).isHeldUp
            },
            logger: logger,
            prompt: promptErasures
        )
    }
}
