import Foundation
import Logging
import NPSServer
import NPSWebhooks
import TestSupport
import Testing

@testable import NPSApp

@Suite("Webhook sources that are read again")
struct SourceReloadTests {
    private let secret = "whsec_" + Data(repeating: 1, count: 32).base64EncodedString()

    @Test(
        "are in force as the files are; with a mistake in them the old ones stay, and the log says why"
    )
    func reload() async throws {
        let directory = try TemporaryDirectory()
        let (path, secret) = (directory.path, secret)
        func write(_ mapping: String) throws {
            try directory.write("preset: standard\nmapping: |\n  \(mapping)\n", to: "acme.yaml")
        }
        let reading: @Sendable (SourceCatalogue?) throws(WebhookError) -> SourceCatalogue = { _ throws(WebhookError) in
            try SourceCatalogue(directory: path, secrets: ["acme": [secret]])
        }
        let body = Array(#"{"id":"1","email":"ana@example.com","rating":7}"#.utf8)
        func isValid(_ sources: ReloadableSources) async throws -> Bool {
            let source = try #require(sources.current.source(named: "acme"))
            let results = try await source.map(body, contentType: nil, receivedAt: Date())
            return results.allSatisfy { if case .success = $0 { true } else { false } }
        }

        try write(".")
        let sources = try ReloadableSources(reading: reading)
        #expect(try await !isValid(sources))
        let logs = RecordedLogs(level: .info)
        try write("{id, email, score: .rating}")
        await SourceReload(sources: sources, isEncrypted: false, logger: logs.logger).renew()
        #expect(try await isValid(sources))
        #expect(logs.lines == ["notice webhook sources read again [\"sources\": 1]"])

        let complaints = RecordedLogs(level: .info)
        try write("{id, email, score: }}")
        await SourceReload(sources: sources, isEncrypted: false, logger: complaints.logger).renew()
        #expect(try await isValid(sources))
        #expect(complaints.lines.first?.contains("acme.yaml:3: mapping") == true, "\(complaints.lines)")
        #expect(complaints.lines.last?.contains("stay in force") == true)
    }

    @Test("are read once at a start: the settings hand on what their check has read, and it can be read again")
    func handedOn() async throws {
        let directory = try TemporaryDirectory(["acme.yaml": "preset: standard"])
        let settings = try await Settings.load(
            arguments: ["--webhooks-directory", directory.path, "--webhooks-acme-secrets", secret],
            environment: [:],
            file: nil,
            dotenvPath: "/nonexistent",
            requiring: [.webhookSources]
        )
        try directory.write("preset: nothing", to: "acme.yaml")
        let sources = try settings.makeSources()
        #expect(sources.current.source(named: "acme") != nil)
        await #expect(throws: WebhookError.self) { try await sources.reload() }

        try directory.write("preset: standard", to: "acme.yaml")
        try await sources.reload()
    }
}
