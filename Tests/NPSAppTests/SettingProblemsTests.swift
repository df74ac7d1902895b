import Foundation
import TestSupport
import Testing

@testable import NPSApp

@Suite("What is said of a wrong setting")
struct SettingProblemsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func problems(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        dotenv: String = "",
        yaml: String? = nil,
        requiring requirements: Set<Settings.Requirement> = []
    ) async throws -> [String] {
        try directory.write(dotenv, to: ".env")
        if let yaml { try directory.write(yaml, to: "nps.yaml") }
        do {
            _ = try await Settings.load(
                arguments: arguments,
                environment: environment,
                file: yaml.map { _ in directory.path("nps.yaml") },
                dotenvPath: directory.path(".env"),
                requiring: requirements
            )
            return []
        } catch {
            // Under the name that somebody would have given in this directory.
            return error.problems.map { $0.replacing(directory.path + "/", with: "") }
        }
    }

    @Test("ends with the place, and with the value unless that is secret")
    func places() async throws {
        let port = "http.port must be a whole number from 0 to 65535"
        let yaml = "log: {level: info}\nhttp:\n  port: 99999\n"
        #expect(try await problems(yaml: yaml) == [port + " (nps.yaml:3 says \"99999\")."])
        #expect(try await problems(["--http-port", "x"], yaml: yaml) == [port + " (--http-port says \"x\")."])
        #expect(
            try await problems(environment: ["HTTP_PORT": "-1"])
                == [port + " (HTTP_PORT in the environment says \"-1\")."]
        )
        #expect(
            try await problems(dotenv: "# ours\nHTTP_PORT=\"9000\"\n")
                == [port + " (.env:2 says \"9000\", and the quotes count)."]
        )
        let secret = try await problems(yaml: "alerts: {url: https://a.example, secret: canary}\n")
        #expect(secret.count == 1 && secret.first?.hasSuffix("as Standard Webhooks has it (nps.yaml:1).") == true)
        let password = try await problems(environment: ["QUEUE_URL": "mysql://nps:canary@db/nps"])
        #expect(password.first?.hasSuffix("DATABASE (QUEUE_URL in the environment).") == true, "\(password)")
        let urls = [
            "postgres://db/nps?user=nps&password=canary", "host=db password=canary", "postgres://nps:canary/db",
        ]
        for url in urls {
            let told = try await problems(environment: ["QUEUE_URL": url])
            #expect(!told.isEmpty && !told.joined().contains("canary"), "\(told)")
        }
        let token = "x7canary7canary7canary7"
        for variable in ["PLANHAT_URL", "HTTP_PORT", "TLS_CERTIFICATE", "PLANHAT_TOKEN_FILE"] {
            let told = try await problems(environment: [variable: token])
            #expect(!told.isEmpty && !told.joined().contains("canary"), "\(told)")
        }
        let key = try await problems(environment: ["TLS_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\ncanary\n"])
        #expect(!key.isEmpty && !key.joined().contains("canary"), "\(key)")
        let source = try await problems(
            ["--webhooks-typeform-secrets", "canary"],
            requiring: [.webhookSources]
        )
        #expect(source.count == 1 && source.first?.hasSuffix("(--webhooks-typeform-secrets)") == true, "\(source)")
    }

    @Test("names the setting that was meant")
    func misspelled() async throws {
        #expect(
            try await problems(yaml: "http:\n  prot: 1\nwebhooks: {acme: {secret: a}}\nfrobnicate: 1\n") == [
                "http.prot in nps.yaml:2 is not a setting: did you mean http.port?",
                "webhooks.acme.secret in nps.yaml:3 is not a setting: did you mean webhooks.acme.secrets?",
                "frobnicate in nps.yaml:4 is not a setting; \"nps-collector check --help\" lists them.",
            ]
        )
        #expect(
            try await problems(["--http-prot", "1"]) == [
                "--http-prot is not an option: did you mean --http-port?"
            ]
        )
        let preset = try await problems(
            environment: ["WEBHOOKS_TYPEFROM_SECRETS": "first-secret-of-tests"],
            requiring: [.webhookSources]
        )
        #expect(
            preset == [
                """
                webhooks.typefrom.secrets: is given, but there is no preset of that name, and webhooks.directory, for files, \
                isn't set: did you mean webhooks.typeform.secrets? (WEBHOOKS_TYPEFROM_SECRETS in the environment)
                """
            ]
        )
    }

    @Test("a variable with one letter wrong is only remarked on, since it may be another program's")
    func variables() async throws {
        let environment = ["HTTP_PROT": "1", "HTTP_PROXY": "http://proxy.example.com", "PATH": "/bin"]
        let settings = try await Settings.load(arguments: [], environment: environment, file: nil)
        #expect(settings.warnings == ["HTTP_PROT in the environment is not a setting: did you mean HTTP_PORT?"])
        let failed = try await problems(environment: ["HTTP_PROT": "1", "WEBHOOKS_GAME_SECRETS": "x", "HTTP_PORT": "x"])
        #expect(
            failed.count { $0.contains("did you mean HTTP_PORT?") } == 1 && !failed.joined().contains("WEBHOOKS_NAME")
        )
    }

    @Test("of a secret's file is where it should be, why it can't be read, and nothing that only follows from that")
    func secretFiles() async throws {
        try directory.write("url: x\n", to: "folder/x")
        try directory.write("", to: "empty")
        let environment = [
            "PLANHAT_TOKEN_FILE": directory.path("planhat-token"), "ADMIN_TOKEN_FILE": directory.path("folder"),
            "WEBHOOKS_TYPEFORM_SECRETS_FILE": directory.path("no/secret"),
            "QUEUE_PASSWORD_FILE": directory.path("empty"), "ALERTS_URL_FILE": directory.path("alerts-url"),
            "ALERTS_SECRET": "whsec_" + String(repeating: "A", count: 32),
        ]
        let found = try await problems(environment: environment, requiring: [.planhatToken, .webhookSources])
        #expect(
            Set(found) == [
                place("PLANHAT_TOKEN", "planhat.token-file can't be read: planhat-token: there is no such file"),
                place("ADMIN_TOKEN", "admin.token-file can't be read: folder: it is a directory, not a file"),
                place(
                    "WEBHOOKS_TYPEFORM_SECRETS",
                    "webhooks.typeform.secrets-file can't be read: no/secret: there is no directory no"
                ),
                place("QUEUE_PASSWORD", "queue.password-file names empty, which has nothing in it: give it one line"),
                place("ALERTS_URL", "alerts.url-file can't be read: alerts-url: there is no such file"),
            ],
            "\(found)"
        )
    }

    private func place(_ variable: String, _ sentence: String) -> String {
        "\(sentence) (\(variable)_FILE in the environment)."
    }

    @Test("of a file that can't be read is why, and nothing of what it might have said")
    func brokenFiles() async throws {
        let required: Set<Settings.Requirement> = [.planhatToken]
        #expect(
            try await problems(yaml: "http: {port: 1}\nhttp: {port: 2}\n", requiring: required)
                == ["nps.yaml is not readable as YAML: http from line 1 is there twice: leave one out."]
        )
        let control = try await problems(yaml: "log: {level: info}\nhttp: \u{1}\n", requiring: required)
        #expect(control == ["nps.yaml is not readable as YAML: line 2: control characters are not allowed."])
        let missing = await #expect(throws: SettingsError.self) {
            try await Settings.load(arguments: [], environment: [:], file: "nowhere.yaml", requiring: [.planhatToken])
        }
        let path = FileManager.default.currentDirectoryPath + "/nowhere.yaml"
        #expect(missing?.problems == ["The file of --config can't be read: \(path): there is no such file."])
    }
}
