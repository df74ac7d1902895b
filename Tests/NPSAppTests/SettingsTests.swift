import Foundation
import Logging
import NPSQueue
import NPSServer
import NPSWebhooks
import TestSupport
import Testing

@testable import NPSApp

@Suite("Settings")
struct SettingsTests {
    private func load(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        yaml: String? = nil
    ) async throws -> Settings {
        guard let yaml else {
            return try await Settings.load(arguments: arguments, environment: environment, file: nil)
        }
        let directory = try TemporaryDirectory(["settings.yaml": yaml])
        let file = directory.path("settings.yaml")
        return try await Settings.load(arguments: arguments, environment: environment, file: file)
    }

    /// Nil for a queue that isn't in a file.
    private func path(of settings: Settings) -> String? {
        if case .file(let path) = settings.queue.store { path } else { nil }
    }

    private func problems(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        yaml: String? = nil
    ) async -> [String] {
        do {
            _ = try await load(arguments, environment: environment, yaml: yaml)
            return []
        } catch {
            return (error as? SettingsError)?.problems ?? ["\(error)"]
        }
    }

    @Test("without anything the defaults of the design are in force")
    func defaults() async throws {
        let settings = try await load()
        #expect(settings.http.address == .hostname("127.0.0.1", port: 8080))
        #expect(settings.http.publicURL.description == "http://127.0.0.1:8080")
        #expect(settings.tls == nil)
        #expect(settings.admin.port == 8081)
        #expect(settings.admin.token == nil)
        #expect(settings.planhat.url == "https://api.planhat.com")
        #expect(settings.planhat.requestsPerMinute == 150)
        #expect(settings.planhat.batchSize == 100)
        #expect(path(of: settings) == "nps-collector.db")
        #expect(settings.queue.receiptRetention == 34_560_000)
        #expect(settings.queue.parkedRetention == 7_776_000)
        #expect(settings.quarantine.retention == 2_592_000)
        #expect(settings.quarantine.maxBytes == 256 << 20)
        #expect(settings.survey.isOpen)
        #expect(settings.survey.subject == "us")
        #expect(settings.log.level == .info)
        #expect(settings.sandbox.port == 8082)
    }

    @Test(
        "a proxy that the settings must have forgotten is named",
        arguments: [
            ([], 0),
            (["--http-public-url", "https://nps.example.com"], 1),
            (["--http-public-url", "https://nps.example.com", "--http-host", "::1"], 1),
            (["--http-public-url", "https://nps.example.com", "--http-unix-socket", "/run/nps.sock"], 0),
            (["--http-public-url", "https://nps.example.com", "--http-trusted-proxies", "127.0.0.1"], 0),
            (["--http-public-url", "https://nps.example.com", "--http-host", "0.0.0.0"], 1),
            (["--http-public-url", "http://nps.example.com", "--http-host", "0.0.0.0"], 0),
            (["--http-public-url", "http://localhost:8080/nps"], 0),
        ]
    )
    func forgottenProxy(arguments: [String], count: Int) async throws {
        let warnings = try await load(arguments).warnings
        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.contains("http.trusted-proxies") })
    }

    @Test(
        "a token that is typed over a network in clear is named",
        arguments: [("0.0.0.0", "t", 1), ("::", "t", 1), ("::1", "t", 0), ("localhost", "t", 0), ("0.0.0.0", nil, 0)]
            as [(String, String?, Int)]
    )
    func readableToken(host: String, token: String?, count: Int) async throws {
        let environment = token.map { ["ADMIN_TOKEN": $0] } ?? [:]
        let warnings = try await load(["--admin-host", host], environment: environment).warnings
        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.hasPrefix("admin.host is \(host)") })
    }

    @Test(
        "TLS that only one side speaks is named",
        arguments: [
            (["--http-port", "443"], false, "plain HTTP on port 443"),
            (["--http-port", "443", "--http-public-url", "https://localhost"], false, "plain HTTP on port 443"),
            (["--http-public-url", "https://localhost"], false, "the public listener speaks plain HTTP: set"),
            (["--http-public-url", "https://localhost", "--http-trusted-proxies", "::1"], false, nil),
            (["--http-public-url", "https://localhost", "--http-unix-socket", "/run/nps.sock"], false, nil),
            (["--http-port", "80"], true, "TLS on port 80"), (["--http-port", "443"], true, nil),
            (["--http-public-url", "http://localhost"], true, "begins with https"),
            (["--http-public-url", "https://localhost"], true, nil),
        ] as [([String], Bool, String?)]
    )
    func confusedTLS(arguments: [String], isTLS: Bool, said: String?) async throws {
        let directory = try TemporaryDirectory()
        let files = try SelfSignedCertificate(in: directory)
        let tls = ["--tls-certificate", files.certificate, "--tls-private-key", files.privateKey]
        let warnings = try await load(arguments + (isTLS ? tls : [])).warnings
        #expect(warnings.count == (said == nil ? 0 : 1), "\(warnings)")
        if let said { #expect(warnings.first?.contains(said) == true, "\(warnings)") }
    }

    @Test("each certificate needs its key, in the same order")
    func certificates() async throws {
        let directory = try TemporaryDirectory()
        let (first, second) = (
            try SelfSignedCertificate(in: directory), try SelfSignedCertificate(in: directory, for: "nps.example.com")
        )
        let both = ["--tls-certificate", "\(first.certificate), \(second.certificate)", "--tls-private-key"]
        let settings = try await load(both + ["\(first.privateKey),\(second.privateKey)"])
        #expect(settings.tls?.pairs.map(\.privateKey) == [first.privateKey, second.privateKey])
        #expect(await problems(both + [first.privateKey]).contains { $0.hasPrefix("tls.private-key names 1") })
    }

    @Test("the command line beats the environment, the environment the file")
    func precedence() async throws {
        let yaml = "http: {port: 1001}\nsurvey: {subject: Acme}\nlog: {level: debug}\n"
        let settings = try await load(
            ["--http-port", "1003"],
            environment: ["HTTP_PORT": "1002", "SURVEY_SUBJECT": "Acme & Sons"],
            yaml: yaml
        )
        #expect(settings.http.address == .hostname("127.0.0.1", port: 1003))
        #expect(settings.survey.subject == "Acme & Sons")
        #expect(settings.log.level == .debug)
        let origins = Dictionary(uniqueKeysWithValues: settings.report.entries.map { ($0.key, $0.origin) })
        #expect(origins["http.port"] == "command line")
        #expect(origins["survey.subject"] == "environment")
        #expect(origins["log.level"]?.hasSuffix(".yaml") == true)
        #expect(origins["admin.port"] == "default")
    }

    @Test("a comma on the command line belongs to the value, and an option counts once")
    func commas() async throws {
        let url = "postgres://nps@one.example.com,two.example.com/nps"
        let settings = try await load(["--queue-url", url, "--survey-subject", "Acme, Inc."])
        guard case .postgres(let address) = settings.queue.store else {
            Issue.record("another store")
            return
        }
        #expect("\(address)" == url && settings.survey.subject == "Acme, Inc.")
        let twice = await problems(["--http-port", "1", "--http-port", "2"])
        #expect(twice.contains { $0.hasPrefix("--http-port is given more than once") })
    }

    @Test("all problems are listed at once, unknown keys among them")
    func allProblems() async {
        let found = await problems(
            ["--http-host", "0.0.0.0", "--nonsense", "1"],
            environment: ["HTTP_PORT": "99999", "LOG_LEVEL": "loud", "PLANHAT_URL": "http://api.planhat.com"],
            yaml: "htpt: {port: 1}\nplanhat: {batch-size: 0}\nqueue: {url: \"mysql:x\"}\n"
        )
        let expected = [
            "--nonsense", "htpt.port", "http.port", "log.level", "planhat.url", "planhat.batch-size", "queue.url",
        ]
        for name in expected { #expect(found.contains { $0.hasPrefix(name) }, "\(name) in \(found)") }
        #expect(found.count == expected.count)
    }

    @Test(
        "each bad value is a problem that names its key",
        arguments: [
            ("http.public-url", "nps.example.com"), ("http.trusted-proxies", "10.0.0.0/99"), ("tls.profile", "old"),
            ("http.redirect-port", "-1"), ("planhat.requests-per-minute", "many"), ("planhat.url", "ftp://x"),
            ("survey.open", "maybe"), ("survey.link-keys", "k1:short"), ("queue.url", "postgres://localhost/x"),
            ("queue.url", "postgres://nps@db.example.com/x?sslmode=disable"), ("queue.url", "mysql:x"),
            ("log.format", "xml"), ("quarantine.retention-days", "-1"), ("queue.receipt-retention-days", "x"),
            ("quarantine.max-bytes", "0"), ("queue.payload-key", "k1:short"),
            ("queue.payload-key", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("tls.certificate", "/nonexistent.pem"), ("tls.private-key", ""), ("survey.subject", ""),
            ("queue.name", "büro"), ("admin.host-names", "https://nps.example.com"), ("admin.host-names", "*"),
            ("admin.host-names", ""), ("admin.host-names", ".com"),
            ("http.unix-socket", String(repeating: "a", count: 108)), ("http.unix-socket", "@nps"),
            ("http.unix-socket-mode", "0999"), ("http.unix-socket-mode", "0060"),
            ("http.unix-socket-group", "no-such-group"),
            ("queue.name", "two words"), ("queue.name", String(repeating: "n", count: 41)),
        ]
    )
    func badValue(key: String, value: String) async {
        let variable = key.uppercased().replacing(".", with: "_").replacing("-", with: "_")
        let found = await problems(environment: [variable: value])
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(key.split(separator: ".")[0]) == true)
    }

    @Test("the admin listener's names are those that need no setting, its host's and the list's")
    func adminHostNames() async throws {
        #expect(try await load([]).admin.hosts == AdminHosts(host: "127.0.0.1", names: []))
        let settings = try await load(["--admin-host", "a.example", "--admin-host-names", "b.example, .c.example"])
        #expect(settings.admin.hosts == AdminHosts(host: "a.example", names: ["b.example", ".c.example"]))
        let entry = settings.report.entries.first { $0.key == "admin.host-names" }
        #expect(entry?.value == "b.example, .c.example")
    }

    @Test("a Unix socket is for its owner and group, unless mode and group say otherwise", arguments: ["0666", "666"])
    func unixSocket(mode: String) async throws {
        let plain = try await load(yaml: "http: {unix-socket: /run/nps.sock}\n")
        #expect(plain.http.address == .unixSocket(UnixSocketFile("/run/nps.sock", mode: 0o660)))
        let yaml = "http: {unix-socket: /run/nps.sock, unix-socket-mode: \(mode), unix-socket-group: root}\n"
        let shared = try await load(yaml: yaml)
        #expect(shared.http.address == .unixSocket(UnixSocketFile("/run/nps.sock", mode: 0o666, group: 0)))
    }

    @Test("a secret may stand in a file, is read without its line end, and is never shown")
    func secretFile() async throws {
        let directory = try TemporaryDirectory(["token": "canary-token\n"])
        let file = directory.path("token")
        let settings = try await load(environment: ["PLANHAT_TOKEN_FILE": file, "ADMIN_TOKEN": "canary-admin"])
        #expect(settings.planhat.token == "canary-token")
        #expect(settings.admin.token == "canary-admin")
        #expect(!settings.report.entries.contains { $0.value?.contains("canary") == true })
    }

    @Test("a secret given twice, as value and as file, is a problem; so is a file that isn't there")
    func secretTwice() async {
        #expect(await problems(environment: ["ADMIN_TOKEN": "a", "ADMIN_TOKEN_FILE": "/b"]).count == 1)
        let missing = await problems(environment: ["ADMIN_TOKEN_FILE": "/nonexistent"])
        #expect(missing.first?.contains("/nonexistent") == true)
    }

    @Test("a secret on the command line beats a secret file of a lower layer")
    func secretPrecedence() async throws {
        let settings = try await load(
            ["--planhat-token", "from-the-command-line"],
            environment: ["PLANHAT_TOKEN_FILE": "/nonexistent"],
            yaml: "planhat: {token: from-the-file}\n"
        )
        #expect(settings.planhat.token == "from-the-command-line")
    }

    @Test("payloads are kept in quarantine for so many days, and with 0 for ever")
    func retention() async throws {
        let settings = try await load(["--quarantine-max-bytes", "1048576"], yaml: "quarantine: {retention-days: 0}\n")
        #expect(settings.quarantine.retention == nil)
        #expect(settings.quarantine.maxBytes == 1_048_576)
    }

    @Test("receipts and parked responses have retentions of their own")
    func queueRetention() async throws {
        let settings = try await load(yaml: "queue: {receipt-retention-days: 0, parked-retention-days: 2}\n")
        #expect(settings.queue.receiptRetention == nil)
        #expect(settings.queue.parkedRetention == 172_800)
    }

    @Test("a queue in PostgreSQL has its password in a file, which is never shown, and a name of its own")
    func database() async throws {
        let directory = try TemporaryDirectory(["password": "canary-password\n"])
        let settings = try await load(
            environment: ["QUEUE_PASSWORD_FILE": directory.path("password"), "QUEUE_NAME": "first"],
            yaml: "queue: {url: \"postgres://nps@db1.example.com,db2.example.com/answers\"}\n"
        )
        guard case .postgres(let address) = settings.queue.store else {
            Issue.record("not in PostgreSQL")
            return
        }
        #expect(address.description == "postgres://nps@db1.example.com,db2.example.com/answers")
        #expect(address.name == "first")
        #expect(!settings.report.entries.contains { $0.value?.contains("canary") == true })
    }

    @Test("keys that keep what people write unreadable stand in a file, one a line, and are never shown")
    func payloadKeys() async throws {
        let keys = ["k2:\(String(repeating: "B", count: 42))A", "k1:\(String(repeating: "A", count: 43))"]
        let directory = try TemporaryDirectory(["keys": keys.joined(separator: "\n") + "\n"])
        let settings = try await load(
            environment: ["QUEUE_PAYLOAD_KEY_FILE": directory.path("keys")],
            yaml: "queue: {url: \"postgres://nps@localhost/answers\"}\n"
        )
        guard case .postgres(let address) = settings.queue.store else {
            Issue.record("not in PostgreSQL")
            return
        }
        #expect(try address.payloadKeys == PayloadKeys(keys))
        #expect(!settings.report.entries.contains { $0.value?.contains("BBBB") == true })
        let found = await problems(environment: ["QUEUE_PAYLOAD_KEY": keys[0], "QUEUE_URL": "sqlite:queue.db"])
        #expect(
            found.count == 1 && found.first?.contains("queue.payload-key is for a queue.url with postgres://") == true
        )
    }

    @Test("two listeners on one port are a problem")
    func samePort() async {
        #expect(await problems(environment: ["HTTP_PORT": "8081"]).count == 1)
        #expect(await problems(environment: ["HTTP_PORT": "0", "ADMIN_PORT": "0"]).isEmpty)
    }

    @Test("webhook secrets come from file, environment and command line, several for rotation")
    func webhookSecrets() async throws {
        let settings = try await load(
            ["--webhooks-acme-secrets", "one"],
            environment: ["WEBHOOKS_HELP_SCOUT_SECRETS": "two,three"],
            yaml: "webhooks:\n  standard: {secrets: [whsec_a, whsec_b]}\n"
        )
        #expect(
            settings.webhooks.secrets == [
                "acme": .text("one"), "help-scout": .text("two,three"), "standard": ["whsec_a", "whsec_b"],
            ]
        )
    }

    @Test("an element of a YAML list and a line of a secret's file are one secret each, byte for byte")
    func secretsWithCommas() async throws {
        let directory = try TemporaryDirectory(["secrets": " one, and two \n\nthree\r\n"])
        let yaml = """
            webhooks:
              a: {secrets: ["v1,whsec_a", " correct,horse "]}
              b: {secrets: "correct,horse"}
              c: {secrets-file: \(directory.path("secrets"))}
            """
        let settings = try await load(environment: ["WEBHOOKS_D_SECRETS_FILE": directory.path("secrets")], yaml: yaml)
        let lines: ConfiguredSecrets = [" one, and two ", "three"]
        #expect(
            settings.webhooks.secrets == [
                "a": ["v1,whsec_a", " correct,horse "], "b": ["correct,horse"], "c": lines, "d": lines,
            ]
        )
    }

    @Test("the report says how many secrets of which form a source has, and shows none")
    func secretForms() async throws {
        let keys = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "bm9ib2R5IHNpZ25zIHdpdGggdGhpcyBvbmU="]
        let environment = [
            "WEBHOOKS_STANDARD_SECRETS": "v1,whsec_\(keys[0]),whsec_\(keys[1])",
            "WEBHOOKS_TALLY_SECRETS": "correct horse, battery",
            "WEBHOOKS_JOTFORM_SECRETS": "first-token-of-tests, second-token-of-tests",
        ]
        let settings = try await Settings.load(
            arguments: [],
            environment: environment,
            file: nil,
            requiring: [.webhookSources]
        )
        let values = Dictionary(uniqueKeysWithValues: settings.report.entries.map { ($0.key, $0.value) })
        #expect(values["webhooks.standard.secrets"] == "(2 secrets: 2 × signing key in base64, not shown)")
        #expect(values["webhooks.tally.secrets"] == "(1 secret: 1 × signing key in utf8, not shown)")
        #expect(values["webhooks.jotform.secrets"] == "(2 secrets: 2 × token, not shown)")
    }

    @Test("a short secret stops the start with a sentence that names its key and not its text")
    func shortSecret() async throws {
        for (name, text) in [("typeform", "correct,horse"), ("standard", "v1"), ("jotform", "canary")] {
            let error = await #expect(throws: SettingsError.self) {
                try await Settings.load(
                    arguments: ["--webhooks-\(name)-secrets", text],
                    environment: [:],
                    file: nil,
                    requiring: [.webhookSources]
                )
            }
            let problem = try #require(error?.problems.first)
            #expect(problem.hasPrefix("webhooks.\(name).secrets: number 1 is shorter than 16 bytes"))
            #expect(!problem.contains(text + " ") && error?.problems.count == 1)
        }
    }

    @Test("lines of .env that are none are told by their numbers, never by their text; the others count")
    func dotenv() async throws {
        let dotenv = DotEnvironment(
            "# a comment\n\nHTTP_PORT = 9000\r\nnonsense-canary\nexport A=canary\n=canary\nB=\nC=a=b # c\nC=d\n"
        )
        #expect(dotenv.variables == ["HTTP_PORT": "9000", "B": "", "C": "d"])
        #expect(dotenv.problems.map { $0.prefix(11) } == [".env line 4", ".env line 5", ".env line 6"])
        #expect(!dotenv.problems.joined().contains("canary"))
        let directory = try TemporaryDirectory([".env": "HTTP_PORT=9000\nWEBHOOKS_TYPEFORM_SECRETS=one,two\n"])
        let file = directory.path(".env")
        let settings = try await Settings.load(arguments: [], environment: [:], file: nil, dotenvPath: file)
        #expect(settings.http.address == .hostname("127.0.0.1", port: 9000))
        #expect(settings.webhooks.secrets == ["typeform": .text("one,two")])
        try directory.write("nonsense-canary\n", to: ".env")
        await #expect(throws: SettingsError.self) {
            try await Settings.load(arguments: [], environment: [:], file: nil, dotenvPath: file)
        }
    }

    @Test("serve needs the API's token and says how to give it")
    func requiredToken() async {
        await #expect(throws: SettingsError.self) {
            try await Settings.load(arguments: [], environment: [:], file: nil, requiring: [.planhatToken])
        }
    }

    @Test("a file that is no YAML, or not there, is a problem that names it without quoting it")
    func brokenFile() async {
        let broken = await problems(yaml: "admin: {token: canary-secret\n")
        #expect(broken.count == 1)
        #expect(broken.first?.contains("canary") == false && broken.first?.contains("YAML: line 2") == true)
        await #expect(throws: SettingsError.self) {
            try await Settings.load(arguments: [], environment: [:], file: "/nonexistent.yaml")
        }
    }

    @Test("an empty file means all defaults")
    func emptyFile() async throws {
        #expect(path(of: try await load(yaml: "")) == "nps-collector.db")
    }

    @Test("the token goes to loopback in clear and nowhere else")
    func loopback() async {
        #expect(await problems(environment: ["PLANHAT_URL": "http://127.0.0.1:8082"]).isEmpty)
        #expect(await problems(environment: ["PLANHAT_URL": "http://[::1]:8082"]).isEmpty)
        #expect(await problems(environment: ["PLANHAT_URL": "http://localhost:8082"]).isEmpty)
        #expect(await problems(environment: ["PLANHAT_URL": "http://127.0.0.1.example.com"]).count == 1)
    }
}
