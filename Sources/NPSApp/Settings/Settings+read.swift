import Foundation
import Logging
import NPSQueue
import NPSServer
import NPSSurvey
import NPSWebhooks

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
        let survey = Survey(
            isOpen: reader.value(Setting.surveyOpen),
            subject: reader.value(Setting.subject),
            appearance: readAppearance(&reader),
            linkKeys: readLinkKeys(&reader)
        )
        let surveysDirectory = reader.value(Setting.surveysDirectory)
        let webhooks = readWebhooks(&reader, names: sourceNames)
        var contents = Contents()
        if requirements.contains(.webhookSources) { contents.sources = readSources(webhooks, &reader) }
        let alerts = readAlerts(&reader)
        let log = Log(
            level: reader.value(Setting.logLevel),
            format: reader.value(Setting.logFormat)
        )
        let sandbox = Sandbox(
            host: reader.value(Setting.sandboxHost),
            port: reader.value(Setting.sandboxPort),
            token: reader.secret(Setting.sandboxToken),
            database: reader.value(Setting.sandboxDatabase)
        )
        if let http, case .hostname(let host, let port) = http.address, port != 0, port == admin.port,
            host == admin.host
        {
            reader.note("http.port and admin.port are both \(port): give the admin listener a port of its own.")
        }
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

    private static func readAdmin(_ reader: inout SettingsReader) -> Admin {
        let host = reader.value(Setting.adminHost)
        let port = reader.value(Setting.adminPort)
        let hosts = AdminHosts(host: host, names: reader.filledList(Setting.adminHostNames))
        if hosts == nil {
            reader.note(
                """
                admin.host-names must be names such as nps.example.com, without a port, or endings of two words at least, such as \
                .example.com.
                """
            )
        }
        return Admin(host: host, port: port, hosts: hosts ?? .standard, token: reader.secret(Setting.adminToken))
    }

    private static func readTLS(_ reader: inout SettingsReader) -> TLSFiles? {
        let certificates = reader.filledList(Setting.certificate)
        let privateKeys = reader.filledList(Setting.privateKey)
        let profile = reader.value(Setting.tlsProfile)
        switch (certificates.count, privateKeys.count) {
        case (0, 0): return nil
        case (_, 0): reader.note("tls.private-key is missing: TLS needs it beside tls.certificate.")
        case (0, _): reader.note("tls.certificate is missing: TLS needs it beside tls.private-key.")
        case (let count, let keys) where count != keys:
            reader.note(
                "tls.private-key names \(keys), tls.certificate \(count): each needs its own, in the same order."
            )
        default:
            let pairs = zip(certificates, privateKeys).map { CertificateFiles(certificate: $0, privateKey: $1) }
            return TLSFiles(pairs, profile: profile)
        }
        return nil
    }

    private static func readHTTP(_ reader: inout SettingsReader, isTLS: Bool) -> HTTP? {
        let host = reader.value(Setting.httpHost)
        let port = reader.value(Setting.httpPort)
        let socket = readUnixSocket(&reader)
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let standardURL = (isTLS ? "https://" : "http://") + authority
        let publicURL = reader.text(Setting.publicURL, standard: standardURL).flatMap(PublicURL.init)
        if publicURL == nil {
            reader.note("http.public-url must be an http or https address such as https://nps.example.com/feedback.")
        }
        var proxies: [AddressRange] = []
        for text in reader.list(Setting.trustedProxies) {
            guard let range = AddressRange(text) else {
                reader.note("http.trusted-proxies has an entry that is no address or CIDR range such as 10.0.0.0/8.")
                continue
            }
            proxies.append(range)
        }
        let redirectPort = reader.value(Setting.redirectPort)
        guard let publicURL else { return nil }
        return HTTP(
            address: socket.map(ListenAddress.unixSocket) ?? .hostname(host, port: port),
            publicURL: publicURL,
            trustedProxies: TrustedProxies(proxies),
            redirectPort: redirectPort
        )
    }

    private static func readUnixSocket(_ reader: inout SettingsReader) -> UnixSocketFile? {
        let path = reader.value(Setting.httpUnixSocket)
        let mode = reader.value(Setting.httpUnixSocketMode)
        let name = reader.value(Setting.httpUnixSocketGroup)
        let group = name.flatMap { UnixSocketFile.group(named: $0) }
        if let name, group == nil {
            reader.note("http.unix-socket-group: this machine has no group \(name): make it, or name another.")
        }
        guard let path else { return nil }
        if path.hasPrefix("@") || UnixAddress(path) == nil {
            reader.note("http.unix-socket must be a path of 107 bytes at most.")
        }
        return UnixSocketFile(path, mode: mode, group: group)
    }

    private static func readPlanhat(_ reader: inout SettingsReader, requirements: Set<Requirement>) -> Planhat {
        let url = reader.value(Setting.planhatURL)
        if let problem = planhatURLProblem(url) { reader.note(problem) }
        let token = reader.secret(Setting.planhatToken)
        if token == nil, requirements.contains(.planhatToken), !reader.isWithheld(Setting.planhatToken.key) {
            reader.note(
                "planhat.token is missing: give the token of a Planhat service account, as PLANHAT_TOKEN or planhat.token-file."
            )
        }
        return Planhat(
            url: url,
            token: token,
            requestsPerMinute: reader.value(Setting.requestsPerMinute),
            batchSize: reader.value(Setting.batchSize)
        )
    }

    private static func planhatURLProblem(_ text: String) -> String? {
        guard let url = URL(string: text), let host = url.host, ["http", "https"].contains(url.scheme) else {
            return "planhat.url must be an https address such as https://api.planhat.com."
        }
        guard url.scheme == "https" || AddressRange.isLoopback(host) else {
            return "planhat.url must begin with https: the token is never sent in clear except to this machine."
        }
        return nil
    }

    private static func readAlerts(_ reader: inout SettingsReader) -> AlertReceiver? {
        let url = reader.secret(Setting.alertsURL)
        let secret = reader.secret(Setting.alertsSecret)
        let format = reader.value(Setting.alertsFormat)
        let signer = secret.flatMap { StandardSigner(secret: $0) }
        if secret != nil, signer == nil {
            reader.note("alerts.secret must be whsec_ and 24 to 64 bytes in Base64, as Standard Webhooks has it.")
        }
        guard let url else {
            if secret != nil, !reader.isWithheld(Setting.alertsURL.key) {
                reader.note("alerts.secret is of no use without alerts.url: say where alerts go.")
            }
            return nil
        }
        if let problem = alertsURLProblem(url) { reader.note(problem) }
        if format == .standard, secret == nil, !reader.isWithheld(Setting.alertsSecret.key) {
            reader.note("alerts.secret is missing: the format standard is signed with it. For Slack set alerts.format.")
        }
        return AlertReceiver(url: url, signer: format == .standard ? signer : nil)
    }

    /// Says nothing of the address, which may be a secret.
    private static func alertsURLProblem(_ text: String) -> String? {
        guard let url = URL(string: text), let host = url.host, ["http", "https"].contains(url.scheme) else {
            return "alerts.url must be an https address."
        }
        guard url.user == nil, url.password == nil else {
            return "alerts.url must have no user name in it: what is sent is signed."
        }
        guard url.scheme == "https" || AddressRange.isLoopback(host) else {
            return "alerts.url must begin with https: alerts are never sent in clear except to this machine."
        }
        return nil
    }

    private static func readQueue(_ reader: inout SettingsReader, isSideOfMove: Bool) -> Queue? {
        let name = reader.value(Setting.queueName) ?? PostgresAddress.machineName
        let store = readStore(&reader, isSideOfMove: isSideOfMove, name: name)
        let receipts = readDays(Setting.receiptRetention, &reader)
        let parked = readDays(Setting.parkedRetention, &reader)
        return store.map { Queue(store: $0, name: name, receiptRetention: receipts, parkedRetention: parked) }
    }

    /// In seconds; nil for 0, which means for ever.
    private static func readDays(_ setting: TypedSetting<Int>, _ reader: inout SettingsReader) -> TimeInterval? {
        let days = reader.value(setting)
        return days == 0 ? nil : Double(days) * 86_400
    }

    private static func readStore(
        _ reader: inout SettingsReader,
        isSideOfMove: Bool,
        name: String
    ) -> ResponseQueue.Configuration.Store? {
        let url = reader.value(Setting.queueURL)
        let password = reader.secret(Setting.queuePassword)
        let keys = readPayloadKeys(&reader)
        if url.hasPrefix("sqlite:"), url.utf8.count > 7 {
            guard keys == .none || isSideOfMove else {
                reader.note(
                    "queue.payload-key is for a queue.url with postgres:// only: a file overwrites what is deleted by itself."
                )
                return nil
            }
            return .file(path: String(url.dropFirst(7)))
        }
        guard url.hasPrefix("postgres:") || url.hasPrefix("postgresql:") else {
            reader.note("queue.url must be sqlite:PATH or postgres://USER@HOST/DATABASE.")
            return nil
        }
        do throws(QueueError) {
            var address = try PostgresAddress(url)
            if let password { address.authenticate(with: password) }
            address.name = name
            address.payloadKeys = keys
            return .postgres(address)
        } catch {
            reader.note("queue.url: \(error)")
            return nil
        }
    }

    private static func readPayloadKeys(_ reader: inout SettingsReader) -> PayloadKeys {
        do throws(QueueError) {
            return try PayloadKeys(reader.secrets(Setting.payloadKey) ?? [])
        } catch {
            reader.note(error.description)
            return .none
        }
    }

    private static func readQuarantine(_ reader: inout SettingsReader) -> Quarantine {
        Quarantine(
            retention: readDays(Setting.quarantineRetention, &reader),
            maxBytes: reader.value(Setting.quarantineMaxBytes)
        )
    }

    private static func readLinkKeys(_ reader: inout SettingsReader) -> LinkKeys {
        do throws(LinkError) {
            return try LinkKeys(reader.secrets(Setting.linkKeys) ?? [])
        } catch {
            reader.note(error.description)
            return LinkKeys.none
        }
    }

    private static func readWebhooks(_ reader: inout SettingsReader, names: [String]) -> Webhooks {
        let directory = reader.value(Setting.webhooksDirectory)
        var secrets: [String: ConfiguredSecrets] = [:]
        for name in names {
            secrets[name] = reader.secrets(ofSource: name)
        }
        return Webhooks(directory: directory, secrets: secrets)
    }

    /// Nil only when problems were noted.
    private static func readSources(_ webhooks: Webhooks, _ reader: inout SettingsReader) -> ReloadableSources? {
        do throws(WebhookError) {
            let sources = try sources(webhooks)
            for source in sources.current.sources {
                if let summary = source.secretSummary { reader.describeSecrets(ofSource: source.name, summary) }
            }
            return sources
        } catch {
            for problem in error.sentences {
                // That it is missing follows from why it can't be had.
                let key = problem.prefix { $0 != ":" }
                if !reader.isWithheld(String(key)) { reader.note(problem) }
            }
            return nil
        }
    }
}

extension Settings {
    /// Nil only when problems were noted.
    private static func readSurveys(
        _ directory: String,
        adapting pages: SurveyPages,
        _ reader: inout SettingsReader
    ) -> ReloadableSurveys? {
        do throws(SurveyError) {
            let surveys = try surveys(directory, adapting: pages)
            for named in surveys.current.surveys { reader.describe(named, in: directory) }
            return surveys
        } catch {
            for problem in error.sentences { reader.note(problem) }
            return nil
        }
    }

    /// Problems are noted, and whatever has one keeps its built-in look.
    static func readAppearance(_ reader: inout SettingsReader) -> Appearance {
        var appearance = Appearance(brand: reader.value(Setting.brand))
        let accent = reader.value(Setting.accent)
        let ancestors = reader.list(Setting.frameAncestors)
        do throws(SurveyError) {
            appearance.accent = try accent.map { text throws(SurveyError) in try Accent(text) }
        } catch {
            reader.note(error.description)
        }
        do throws(SurveyError) {
            appearance.frameAncestors = try FrameAncestors(ancestors)
        } catch {
            reader.note(error.description)
        }
        return appearance
    }
}
