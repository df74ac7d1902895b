extension Setting {
    /// Every setting, in the order in which `check` prints them.
    package static let all: [Setting] = [
        Setting("http.host", "127.0.0.1", "address to listen on"),
        Setting("http.port", "8080", "port to listen on; 0 takes any free one"),
        Setting("http.unix-socket", "none", "path of a Unix socket to listen on instead of host and port"),
        Setting(
            "http.public-url",
            "http://HOST:PORT",
            "what people type; every link follows from it, its path is the base path"
        ),
        Setting(
            "http.trusted-proxies",
            "none",
            "CIDR list whose X-Forwarded-For and Forwarded are believed",
            form: .list
        ),
        Setting("http.redirect-port", "off", "a plain HTTP port that only redirects to http.public-url"),
        Setting("tls.certificate", "off", "PEM file with the certificate chain; TLS is on when both files are set"),
        Setting("tls.private-key", "off", "PEM file with its private key"),
        Setting("tls.profile", "intermediate", "Mozilla's intermediate (TLS 1.2 and 1.3) or modern (1.3 only)"),
        Setting("admin.host", "127.0.0.1", "address of the admin listener"),
        Setting("admin.port", "8081", "its port"),
        Setting("admin.token", "none", "opens queue and quarantine management", isSecret: true),
        Setting("planhat.url", "https://api.planhat.com", "base address of your Planhat region's API"),
        Setting("planhat.token", "required", "API token; sent only over https, or to loopback", isSecret: true),
        Setting("planhat.requests-per-minute", "150", "pace of requests to the API"),
        Setting("planhat.batch-size", "100", "most responses in one request, at most 5000"),
        Setting("queue.url", "sqlite:nps-collector.db", "where responses wait"),
        Setting(
            "queue.receipt-retention-days",
            "400",
            "how long receipts and tombstones are kept; what is repeated later counts as new; 0 = for ever"
        ),
        Setting(
            "queue.parked-retention-days",
            "0",
            "how long parked responses are kept before they are erased; 0 = for ever"
        ),
        Setting(
            "quarantine.retention-days",
            "30",
            "how long signed payloads that were no valid responses are kept; 0 = for ever"
        ),
        Setting("quarantine.max-bytes", "268435456", "room for them; when it is full, new ones are answered with 503"),
        Setting("survey.open", "true", "serve the form that asks for the address"),
        Setting("survey.subject", "us", "how likely are you to recommend ..."),
        Setting("survey.brand", "none", "name on top of every survey page"),
        Setting("survey.accent", "built in", "colour of buttons, links and focus, #rrggbb; shades follow from it"),
        Setting(
            "survey.frame-ancestors",
            "none",
            "sites that may show the survey in a frame: self, https://www.example.com",
            form: .list
        ),
        Setting(
            "survey.link-keys",
            "none",
            "kid:base64url(32 bytes) list for emailed links",
            form: .list,
            isSecret: true
        ),
        Setting("webhooks.directory", "none", "directory of source files, one *.yaml a webhook"),
        Setting(
            "webhooks.NAME.secrets",
            "none",
            "switches on the source NAME; several = rotation",
            form: .list,
            isSecret: true
        ),
        Setting("log.level", "info", "trace, debug, info, notice, warning, error or critical"),
        Setting("log.format", "text", "text or json"),
        Setting("sandbox.host", "127.0.0.1", "address of the sandbox API"),
        Setting("sandbox.port", "8082", "its port"),
        Setting("sandbox.token", "generated", "token that the sandbox accepts", isSecret: true),
        Setting("sandbox.database", "nps-sandbox.db", "file that keeps the sandbox's records"),
    ]

    /// The setting that a concrete dotted key belongs to, `-file` spellings of secrets included; nil for unknown keys.
    static func matching(_ key: String) -> Setting? {
        all.first { setting in
            setting.matches(key)
                || (setting.isSecret && key.hasSuffix("-file") && setting.matches(String(key.dropLast(5))))
        }
    }

    private func matches(_ candidate: String) -> Bool {
        let mine = key.split(separator: ".")
        let theirs = candidate.split(separator: ".", omittingEmptySubsequences: false)
        return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0 == "NAME" && !$1.isEmpty || $0 == $1 }
    }
}
