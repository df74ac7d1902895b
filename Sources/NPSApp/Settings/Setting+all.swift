import Foundation
import Logging
import NPSQueue
import NPSServer

extension Setting {
    static let httpHost = TypedSetting.text("http.host", "127.0.0.1", "address to listen on")
    static let httpPort = TypedSetting.port("http.port", 8080, "port to listen on; 0 takes any free one")
    static let httpUnixSocket = TypedSetting.optionalText(
        "http.unix-socket",
        "none",
        "path of a Unix socket to listen on instead of host and port"
    )
    static let httpUnixSocketMode = TypedSetting<mode_t>(
        setting: Setting("http.unix-socket-mode", .value("0660"), "who may connect to it, as chmod writes it"),
        standard: 0o660,
        requirement: "an octal mode from 0600 to 0777",
        parse: { mode_t($0, radix: 8).flatMap { (0o600...0o777).contains($0) ? $0 : nil } }
    )
    static let httpUnixSocketGroup = TypedSetting.optionalText(
        "http.unix-socket-group",
        "none",
        "group that it is given to, such as the proxy's"
    )
    static let publicURL = Setting(
        "http.public-url",
        .word("http://HOST:PORT"),
        "what people type; every link follows from it, its path is the base path"
    )
    static let trustedProxies = Setting(
        "http.trusted-proxies",
        .word("none"),
        "CIDR list whose X-Forwarded-For and Forwarded are believed"
    )
    static let redirectPort = TypedSetting.optionalPort(
        "http.redirect-port",
        "off",
        "a plain HTTP port that leads browsers to the forms and to personal links at http.public-url"
    )

    static let certificate = Setting(
        "tls.certificate",
        .word("off"),
        "PEM file with the certificate chain, or one for each name; TLS is on when both are set"
    )
    static let privateKey = Setting(
        "tls.private-key",
        .word("off"),
        "PEM file with its private key, or as many in the same order"
    )
    static let tlsProfile = TypedSetting.choice(
        "tls.profile",
        TLSFiles.Profile.intermediate,
        "Mozilla's intermediate (TLS 1.2 and 1.3) or modern (1.3 only)"
    )

    static let acmeWebroot = TypedSetting.optionalText(
        "tls.acme-webroot",
        "off",
        "folder whose .well-known/acme-challenge http.redirect-port answers from, for certbot --webroot"
    )

    static let adminHost = TypedSetting.text("admin.host", "127.0.0.1", "address of the admin listener")
    static let adminPort = TypedSetting.port("admin.port", 8081, "its port")
    static let adminHostNames = Setting(
        "admin.host-names",
        .word("none"),
        "other names that it is asked for under; .example.com stands for all below that"
    )
    static let adminToken = Setting(
        "admin.token",
        .word("none"),
        "opens queue and quarantine management",
        isSecret: true
    )

    static let planhatURL = TypedSetting.text(
        "planhat.url",
        "https://api.planhat.com",
        "base address of your Planhat region's API"
    )
    static let planhatToken = Setting(
        "planhat.token",
        .word("required"),
        "API token; sent only over https, or to loopback",
        isSecret: true
    )
    static let requestsPerMinute = TypedSetting.number(
        "planhat.requests-per-minute",
        150,
        in: 1...1_000_000,
        "pace of requests to the API"
    )
    static let batchSize = TypedSetting.number(
        "planhat.batch-size",
        100,
        in: 1...5000,
        "most responses in one request, at most 5000"
    )

    static let queueURL = TypedSetting.text(
        "queue.url",
        "sqlite:nps-collector.db",
        "where responses wait: sqlite:PATH, or postgres://USER@HOST,HOST/DATABASE"
    )
    static let queuePassword = Setting("queue.password", .word("none"), "of the PostgreSQL user", isSecret: true)
    static let queueName = TypedSetting<String?>(
        setting: Setting(
            "queue.name",
            .word("host name"),
            "what this collector is called among those that share a PostgreSQL, and in alerts"
        ),
        standard: nil,
        requirement: "1 to 40 characters of ASCII without spaces",
        parse: { PostgresAddress.isName($0) ? .some($0) : nil }
    )
    static let payloadKey = Setting(
        "queue.payload-key",
        .word("none"),
        "kid:base64url(32 bytes) list that keeps what people write unreadable in a PostgreSQL",
        isSecret: true
    )
    static let receiptRetention = TypedSetting.days(
        "queue.receipt-retention-days",
        400,
        "how long receipts and tombstones are kept; what is repeated later counts as new; 0 = for ever"
    )
    static let parkedRetention = TypedSetting.days(
        "queue.parked-retention-days",
        90,
        "how long parked responses are kept before they are erased, as announced a week before; 0 = for ever"
    )
    static let quarantineRetention = TypedSetting.days(
        "quarantine.retention-days",
        30,
        "how long signed payloads that were no valid responses are kept; 0 = for ever"
    )
    static let quarantineMaxBytes = TypedSetting.number(
        "quarantine.max-bytes",
        256 << 20,
        in: 1...1 << 40,
        "room for them, shared between sources; one that has filled its part is answered with 503"
    )

    static let surveyOpen = TypedSetting.flag("survey.open", true, "serve the form that asks for the address")
    static let subject = TypedSetting.text("survey.subject", "us", "how likely are you to recommend ...")
    static let brand = TypedSetting.optionalText("survey.brand", "none", "name on top of every survey page")
    static let accent = TypedSetting.optionalText(
        "survey.accent",
        "built in",
        "colour of buttons, links and focus, #rrggbb; shades follow from it"
    )
    static let frameAncestors = Setting(
        "survey.frame-ancestors",
        .word("none"),
        "sites that may show the survey in a frame: self, https://www.example.com"
    )
    static let linkKeys = Setting(
        "survey.link-keys",
        .word("none"),
        "kid:base64url(32 bytes) list for emailed links",
        isSecret: true
    )

    static let surveysDirectory = TypedSetting.optionalText(
        "surveys.directory",
        "none",
        "directory of surveys, one *.yaml a survey, at /survey/NAME"
    )

    static let webhooksDirectory = TypedSetting.optionalText(
        "webhooks.directory",
        "none",
        "directory of source files, one *.yaml a webhook"
    )
    static let webhookSecrets = Setting(
        "webhooks.NAME.secrets",
        .word("none"),
        "switches on the source NAME; several = rotation",
        isSecret: true
    )

    static let alertsURL = Setting(
        "alerts.url",
        .word("none"),
        "where a person is told what they must hear; https, or http to this machine",
        isSecret: true
    )
    static let alertsSecret = Setting(
        "alerts.secret",
        .word("none"),
        "signs what is sent there, whsec_ and 24 to 64 bytes in Base64; needed for the format standard",
        isSecret: true
    )
    static let alertsFormat = TypedSetting.choice(
        "alerts.format",
        AlertReceiver.Format.standard,
        "standard (JSON, signed by Standard Webhooks) or slack (an incoming webhook of Slack's)"
    )

    static let logLevel = TypedSetting.choice(
        "log.level",
        Logger.Level.info,
        "trace, debug, info, notice, warning, error or critical"
    )
    static let logFormat = TypedSetting.choice("log.format", Settings.LogFormat.text, "text or json")

    static let sandboxHost = TypedSetting.text("sandbox.host", "127.0.0.1", "address of the sandbox API")
    static let sandboxPort = TypedSetting.port("sandbox.port", 8082, "its port")
    static let sandboxToken = Setting(
        "sandbox.token",
        .value("generated"),
        "token that the sandbox accepts",
        isSecret: true
    )
    static let sandboxDatabase = TypedSetting.text(
        "sandbox.database",
        "nps-sandbox.db",
        "file that keeps the sandbox's records"
    )

    /// Every setting, in the order of `--help`. One that is missing here can't be given.
    package static let all: [Setting] = [
        httpHost.setting, httpPort.setting, httpUnixSocket.setting,
        httpUnixSocketMode.setting, httpUnixSocketGroup.setting, publicURL, trustedProxies, redirectPort.setting,
        certificate, privateKey, tlsProfile.setting, acmeWebroot.setting,
        adminHost.setting, adminPort.setting, adminHostNames, adminToken,
        planhatURL.setting, planhatToken, requestsPerMinute.setting, batchSize.setting,
        queueURL.setting, queuePassword, queueName.setting, payloadKey, receiptRetention.setting,
        parkedRetention.setting,
        quarantineRetention.setting, quarantineMaxBytes.setting,
        surveyOpen.setting, subject.setting, brand.setting, accent.setting, frameAncestors, linkKeys,
        surveysDirectory.setting,
        webhooksDirectory.setting, webhookSecrets,
        alertsURL, alertsSecret, alertsFormat.setting,
        logLevel.setting, logFormat.setting,
        sandboxHost.setting, sandboxPort.setting, sandboxToken, sandboxDatabase.setting,
    ]
}
