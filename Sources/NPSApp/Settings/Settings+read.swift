import Foundation
import Logging
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
        let http = readHTTP(&reader, isTLS: tls != nil)
        let admin = Admin(
            host: reader.text("admin.host", standard: "127.0.0.1") ?? "127.0.0.1",
            port: reader.number("admin.port", standard: 8081, in: 0...65535) ?? 8081,
            token: reader.secret("admin.token", standard: nil)
        )
        let planhat = readPlanhat(&reader, requirements: requirements)
        let queue = readQueue(&reader)
        let quarantine = readQuarantine(&reader)
        let survey = Survey(
            isOpen: reader.flag("survey.open", standard: true),
            subject: reader.text("survey.subject", standard: "us") ?? "us",
            appearance: readAppearance(&reader),
            linkKeys: readLinkKeys(&reader)
        )
        let webhooks = readWebhooks(&reader, names: sourceNames)
        if requirements.contains(.webhookSources) { checkSources(webhooks, &reader) }
        let log = Log(
            level: reader.choice("log.level", standard: Logger.Level.info),
            format: reader.choice("log.format", standard: LogFormat.text)
        )
        let sandbox = Sandbox(
            host: reader.text("sandbox.host", standard: "127.0.0.1") ?? "127.0.0.1",
            port: reader.number("sandbox.port", standard: 8082, in: 0...65535) ?? 8082,
            token: reader.secret("sandbox.token", standard: "generated"),
            database: reader.text("sandbox.database", standard: "nps-sandbox.db") ?? "nps-sandbox.db"
        )
        if let http, case .hostname(let host, let port) = http.address, port != 0, port == admin.port,
            host == admin.host
        {
            reader.note("http.port and admin.port are both \(port): give the admin listener a port of its own.")
        }
        guard let http, let queue else { return nil }
        return Settings(
            http: http,
            tls: tls,
            admin: admin,
            planhat: planhat,
            queue: queue,
            quarantine: quarantine,
            survey: survey,
            webhooks: webhooks,
            log: log,
            sandbox: sandbox,
            report: reader.report
        )
    }

    private static func readTLS(_ reader: inout SettingsReader) -> TLSFiles? {
        let certificate = reader.text("tls.certificate", standard: nil)
        let privateKey = reader.text("tls.private-key", standard: nil)
        let profile = reader.choice("tls.profile", standard: TLSFiles.Profile.intermediate)
        switch (certificate, privateKey) {
        case (let certificate?, let privateKey?):
            let files = TLSFiles(certificate: certificate, privateKey: privateKey, profile: profile)
            do throws(ServerError) {
                _ = try files.configuration()
            } catch {
                reader.note(error.description)
            }
            return files
        case (.some, nil):
            reader.note("tls.private-key is missing: TLS needs it beside tls.certificate.")
        case (nil, .some):
            reader.note("tls.certificate is missing: TLS needs it beside tls.private-key.")
        case (nil, nil):
            break
        }
        return nil
    }

    private static func readHTTP(_ reader: inout SettingsReader, isTLS: Bool) -> HTTP? {
        let host = reader.text("http.host", standard: "127.0.0.1") ?? "127.0.0.1"
        let port = reader.number("http.port", standard: 8080, in: 0...65535) ?? 8080
        let socket = reader.text("http.unix-socket", standard: nil)
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let standardURL = (isTLS ? "https://" : "http://") + authority
        let publicURL = reader.text("http.public-url", standard: standardURL).flatMap(PublicURL.init)
        if publicURL == nil {
            reader.note("http.public-url must be an http or https address such as https://nps.example.com/feedback.")
        }
        var proxies: [AddressRange] = []
        for text in reader.list("http.trusted-proxies") {
            guard let range = AddressRange(text) else {
                reader.note("http.trusted-proxies has an entry that is no address or CIDR range such as 10.0.0.0/8.")
                continue
            }
            proxies.append(range)
        }
        let redirectPort = reader.number("http.redirect-port", standard: nil, in: 0...65535)
        guard let publicURL else { return nil }
        return HTTP(
            address: socket.map(ListenAddress.unixSocket) ?? .hostname(host, port: port),
            publicURL: publicURL,
            trustedProxies: TrustedProxies(proxies),
            redirectPort: redirectPort
        )
    }

    private static func readPlanhat(_ reader: inout SettingsReader, requirements: Set<Requirement>) -> Planhat {
        let standardURL = "https://api.planhat.com"
        let url = reader.text("planhat.url", standard: standardURL) ?? standardURL
        if let problem = planhatURLProblem(url) { reader.note(problem) }
        let token = reader.secret("planhat.token", standard: nil)
        if token == nil, requirements.contains(.planhatToken),
            !reader.problems.contains(where: { $0.hasPrefix("planhat.token") })
        {
            reader.note(
                "planhat.token is missing: give the token of a Planhat service account, as PLANHAT_TOKEN or planhat.token-file."
            )
        }
        return Planhat(
            url: url,
            token: token,
            requestsPerMinute: reader.number("planhat.requests-per-minute", standard: 150, in: 1...1_000_000) ?? 150,
            batchSize: reader.number("planhat.batch-size", standard: 100, in: 1...5000) ?? 100
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

    private static func readQueue(_ reader: inout SettingsReader) -> Queue? {
        let path = readQueuePath(&reader)
        let receipts = readDays("queue.receipt-retention-days", standard: 400, &reader)
        let parked = readDays("queue.parked-retention-days", standard: 0, &reader)
        return path.map { Queue(path: $0, receiptRetention: receipts, parkedRetention: parked) }
    }

    /// In seconds; nil for 0, which means for ever.
    private static func readDays(_ key: String, standard: Int, _ reader: inout SettingsReader) -> TimeInterval? {
        let days = reader.number(key, standard: standard, in: 0...36_500) ?? standard
        return days == 0 ? nil : Double(days) * 86_400
    }

    private static func readQueuePath(_ reader: inout SettingsReader) -> String? {
        guard let url = reader.text("queue.url", standard: "sqlite:nps-collector.db") else { return nil }
        if url.hasPrefix("sqlite:"), url.utf8.count > 7 { return String(url.dropFirst(7)) }
        if url.hasPrefix("postgres:") || url.hasPrefix("postgresql:") {
            reader.note("queue.url names PostgreSQL, which this version can't use yet: give sqlite:PATH.")
        } else {
            reader.note("queue.url must be sqlite:PATH, such as sqlite:nps-collector.db.")
        }
        return nil
    }

    private static func readQuarantine(_ reader: inout SettingsReader) -> Quarantine {
        let standard = 256 << 20
        return Quarantine(
            retention: readDays("quarantine.retention-days", standard: 30, &reader),
            maxBytes: reader.number("quarantine.max-bytes", standard: standard, in: 1...1 << 40) ?? standard
        )
    }

    private static func readLinkKeys(_ reader: inout SettingsReader) -> LinkKeys {
        do throws(LinkError) {
            return try LinkKeys(reader.secrets("survey.link-keys") ?? [])
        } catch {
            reader.note(error.description)
            return LinkKeys.none
        }
    }

    private static func readWebhooks(_ reader: inout SettingsReader, names: [String]) -> Webhooks {
        let directory = reader.text("webhooks.directory", standard: nil)
        var secrets: [String: [String]] = [:]
        for name in names {
            secrets[name] = reader.secrets("webhooks.\(name).secrets")
        }
        return Webhooks(directory: directory, secrets: secrets)
    }

    private static func checkSources(_ webhooks: Webhooks, _ reader: inout SettingsReader) {
        do throws(WebhookError) {
            _ = try SourceCatalogue(directory: webhooks.directory, secrets: webhooks.secrets)
        } catch {
            for problem in error.sentences { reader.note(problem) }
        }
    }
}

extension Settings {
    /// Problems are noted, and what has one is left as it is built in.
    static func readAppearance(_ reader: inout SettingsReader) -> Appearance {
        var appearance = Appearance(brand: reader.text("survey.brand", standard: nil))
        let accent = reader.text("survey.accent", standard: nil)
        let ancestors = reader.list("survey.frame-ancestors")
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
