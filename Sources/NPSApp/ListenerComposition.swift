import Foundation
import Logging
import NPSConsole
import NPSDelivery
import NPSQueue
import NPSServer
import NPSSurvey

/// How the listeners are put together of what a collector has. Each calls back once it accepts connections.
struct ListenerComposition: Sendable {
    let settings: Settings
    /// Those that were passed.
    let sockets: ListenerSockets
    let queue: ResponseQueue
    let worker: DeliveryWorker
    let sources: ReloadableSources
    let activity: SourceActivity
    /// Nil without TLS.
    let certificates: ReloadableCertificates?
    let pages: SurveyPages
    /// Nil without `surveys.directory`.
    let surveys: ReloadableSurveys?
    let readiness: Readiness
    let alerts: ActiveAlerts
    let promptErasures: PromptErasures
    let metrics: MetricsRegistry
    let droppedLogLines: @Sendable () -> DroppedLogLines
    let logger: Logger

    /// Says which sockets were opened by somebody else, so that settings don't count.
    ///
    /// - Parameter complaints: about what the service manager passed.
    func logSockets(complaints: [String]) {
        for complaint in complaints { logger.warning("\(complaint)") }
        for name in ListenerSockets.Name.allCases {
            for socket in sockets[name] {
                logger.notice(
                    "listening on a socket that was passed to this process; its address in the settings doesn't count",
                    metadata: ["listener": "\(name)", "address": "\(socket.address)"]
                )
            }
        }
        if let socket = sockets[.admin].first, !sockets[.admin].contains(where: { $0.port == settings.admin.port }) {
            logger.warning(
                """
                the verbs look for the admin listener at port \(settings.admin.port), and its socket is \
                \(socket.address): set admin.port to that
                """
            )
        }
        if !sockets[.public].isEmpty, !settings.isPublicURLGiven {
            logger.warning("http.public-url isn't set: links lead to \(settings.http.publicURL)")
        }
    }

    /// Says that everything is there that a start needs, and what that means for responses.
    func logStart(port: Int?) {
        let metadata: Logger.Metadata = ["port": "\(port ?? 0)", "url": "\(settings.http.publicURL)"]
        if queue.lacksRoom {
            logger.warning(
                "listening, but no response is accepted before the queue's disk has room",
                metadata: metadata
            )
        } else {
            logger.notice("accepting responses", metadata: metadata)
        }
    }

    /// - Parameter onListening: gets the port; 0 for a socket without one.
    func publicListener(_ onListening: @escaping @Sendable (Int) -> Void) throws -> Listener {
        var dependencies = PublicListener.Dependencies(
            queue: queue,
            pages: pages,
            sources: sources,
            activity: activity,
            readiness: readiness,
            publicURL: settings.http.publicURL,
            surveyIsOpen: settings.survey.isOpen,
            proxies: settings.http.trustedProxies
        )
        dependencies.linkKeys = settings.survey.linkKeys
        dependencies.surveys = surveys
        return try PublicListener.make(
            dependencies,
            addresses: sockets.addresses(.public, or: settings.http.address),
            tls: try certificates.map { try ServerTLS($0, sources: sources, logger: logger) },
            logger: logger,
            onListening: { onListening($0 ?? 0) }
        )
    }

    func adminListener(_ onListening: @escaping @Sendable () -> Void) throws -> Listener {
        var dependencies = AdminListener.Dependencies(
            queue: queue,
            sources: sources,
            activity: activity,
            readiness: readiness,
            token: settings.admin.token,
            delivery: { [worker, queue] in DeliveryReport(worker, of: queue) },
            metrics: metrics,
            console: try ConsolePages()
        )
        dependencies.droppedLogLines = droppedLogLines
        dependencies.parkedCause = { ParkedCause(ParkedKind(reason: $0)) }
        dependencies.hurry = { [promptErasures, queue] records in
            // Whoever forwards deletes, too.
            if queue.isForwarding { promptErasures.add(records.map(\.id)) }
        }
        dependencies.hosts = settings.admin.hosts
        dependencies.certificates = { [certificates, sources] in
            let authorities = sources.current.authorityFacts.compactMap { $0.problem(at: Date()) }
            return (certificates?.problems(at: Date()) ?? []) + authorities
        }
        dependencies.certificateFacts = { [certificates, sources] in
            (certificates?.facts ?? []) + sources.current.authorityFacts
        }
        dependencies.formAddress = settings.survey.isOpen ? "\(settings.http.publicURL)/survey" : nil
        dependencies.alerts = { [alerts] in alerts.keys }
        dependencies.share = { [worker] seconds in worker.share(forSeconds: seconds) }
        return try AdminListener.make(
            dependencies,
            addresses: sockets.addresses(
                .admin,
                or: .hostname(settings.admin.host, port: settings.admin.port)
            ),
            logger: logger,
            onListening: { [logger] port in
                logger.info("admin listener", metadata: ["port": "\(port ?? 0)"])
                onListening()
            }
        )
    }

    /// Whether plain HTTP is redirected.
    var isRedirecting: Bool { !redirectAddresses.isEmpty }

    private var redirectAddresses: [ListenAddress] {
        let inherited = sockets[.redirect].map(ListenAddress.inherited)
        return inherited.isEmpty ? settings.redirectAddress.map { [$0] } ?? [] : inherited
    }

    func redirectListener(_ onListening: @escaping @Sendable () -> Void) throws -> Listener {
        try RedirectListener.make(
            to: settings.http.publicURL,
            pages: pages,
            surveys: surveys,
            addresses: redirectAddresses,
            proxies: settings.http.trustedProxies,
            webroot: settings.acmeWebroot,
            logger: logger,
            onListening: onListening
        )
    }
}

extension ParkedCause {
    fileprivate init(_ kind: ParkedKind) {
        self =
            switch kind {
            case .refused: .refused
            case .ignored: .ignored
            case .permission: .permission
            case .unclear: .unclear
            case .failing: .failing
            }
    }
}
