import Logging
import NPSServer
import NPSSurvey

/// Reads everything, part by part.
extension Settings {
    /// Nil only when a problem was noted.
    static func read(
        _ reader: inout SettingsReader,
        sourceNames: [String],
        requirements: Set<Requirement>
    ) -> Settings? {
        let tls = readTLS(&reader)
        let acmeWebroot = reader.value(Setting.acmeWebroot)
        let http = readHTTP(&reader, isTLS: tls != nil)
        let admin = readAdmin(&reader)
        let planhat = readPlanhat(&reader, requirements: requirements)
        let queue = readQueue(&reader, isSideOfMove: requirements.contains(.sideOfMove))
        let quarantine = readQuarantine(&reader)
        let survey = readSurvey(&reader)
        let surveysDirectory = reader.value(Setting.surveysDirectory)
        let webhooks = readWebhooks(&reader, names: sourceNames)
        var contents = Contents()
        if requirements.contains(.webhookSources) { contents.sources = readSources(webhooks, &reader) }
        let alerts = readAlerts(&reader)
        let log = readLog(&reader)
        let sandbox = readSandbox(&reader)
        if let http { noteSharedPort(http, admin, &reader) }
        guard let http, let queue else { return nil }
        if let surveysDirectory, requirements.contains(.surveys) {
            // A mistake in the page templates is left to whoever makes the pages.
            contents.pages = try? pages(survey, basePath: http.publicURL.basePath)
            contents.surveys = contents.pages.flatMap { readSurveys(surveysDirectory, adapting: $0, &reader) }
        }
        return Settings(
            http: http,
            tls: tls,
            acmeWebroot: acmeWebroot,
            admin: admin,
            planhat: planhat,
            queue: queue,
            quarantine: quarantine,
            survey: survey,
            surveysDirectory: surveysDirectory,
            webhooks: webhooks,
            alerts: alerts,
            log: log,
            sandbox: sandbox,
            contents: contents,
            report: reader.report
        )
    }

    private static func readLog(_ reader: inout SettingsReader) -> Log {
        Log(
            level: reader.value(Setting.logLevel),
            format: reader.value(Setting.logFormat)
        )
    }

    private static func readSandbox(_ reader: inout SettingsReader) -> Sandbox {
        Sandbox(
            host: reader.value(Setting.sandboxHost),
            port: reader.value(Setting.sandboxPort),
            token: reader.secret(Setting.sandboxToken),
            database: reader.value(Setting.sandboxDatabase)
        )
    }

    private static func noteSharedPort(_ http: HTTP, _ admin: Admin, _ reader: inout SettingsReader) {
        guard case .hostname(let host, let port) = http.address, port != 0, port == admin.port, host == admin.host
        else { return }
        reader.note("http.port and admin.port are both \(port): give the admin listener a port of its own.")
    }
}
