import Foundation
import TestSupport
import Testing

@testable import NPSApp

@Suite("The settings of alerts")
struct AlertSettingsTests {
    private static let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

    private func load(_ variables: [String: String]) async throws -> Settings {
        try await Settings.load(arguments: [], environment: variables, file: nil, dotenvPath: "/nonexistent")
    }

    private func problems(_ variables: [String: String]) async -> [String] {
        do {
            _ = try await load(variables)
            return []
        } catch {
            return (error as? SettingsError)?.problems ?? ["\(error)"]
        }
    }

    @Test("without an address nobody is told")
    func none() async throws {
        #expect(try await load([:]).alerts == nil)
    }

    @Test("both forms can be set, and no address or secret is shown")
    func forms() async throws {
        let standard = try await load(["ALERTS_URL": "https://example.com/hook", "ALERTS_SECRET": Self.secret])
        #expect(standard.alerts?.signer != nil)
        let slack = try await load([
            "ALERTS_URL": "https://hooks.slack.com/services/T/B/x", "ALERTS_FORMAT": "slack",
        ])
        #expect(slack.alerts != nil && slack.alerts?.signer == nil)
        for settings in [standard, slack] {
            let shown = settings.report.entries.map { $0.value ?? "" }.joined()
            #expect(!shown.contains("hook") && !shown.contains("MDEy"))
        }
        #expect(try await load(["ALERTS_URL": "http://127.0.0.1:1", "ALERTS_FORMAT": "slack"]).alerts != nil)
    }

    @Test("the address may be in a file")
    func file() async throws {
        let directory = try TemporaryDirectory(["url": "https://hooks.slack.com/services/T/B/x\n"])
        let settings = try await load(["ALERTS_URL_FILE": directory.path("url"), "ALERTS_FORMAT": "slack"])
        #expect(settings.alerts?.url == "https://hooks.slack.com/services/T/B/x")
    }

    @Test(
        "what is wrong is named, and not what it is",
        arguments: [
            (["ALERTS_URL": "http://example.com", "ALERTS_FORMAT": "slack"], ["alerts.url must begin with https"]),
            (["ALERTS_URL": "ftp://x", "ALERTS_FORMAT": "slack"], ["alerts.url must be an https address"]),
            (["ALERTS_URL": "https://a:b@example.com", "ALERTS_FORMAT": "slack"], ["alerts.url must have no user"]),
            (["ALERTS_URL": "https://example.com"], ["alerts.secret is missing"]),
            (["ALERTS_URL": "https://example.com", "ALERTS_SECRET": "whsec_c2hvcnQ="], ["alerts.secret must be"]),
            (["ALERTS_URL": "nowhere", "ALERTS_SECRET": "none"], ["alerts.secret must be", "alerts.url must be"]),
            (["ALERTS_SECRET": Self.secret], ["alerts.secret is of no use"]),
            (["ALERTS_FORMAT": "mail"], ["alerts.format must be one of standard, slack"]),
        ] as [([String: String], [String])]
    )
    func wrong(variables: [String: String], beginnings: [String]) async {
        let problems = await problems(variables)
        #expect(problems.count == beginnings.count, "\(problems)")
        for (problem, beginning) in zip(problems, beginnings) { #expect(problem.hasPrefix(beginning), "\(problem)") }
    }
}
