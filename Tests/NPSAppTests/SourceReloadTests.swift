import Foundation
import Logging
import NPSServer
import NPSWebhooks
import TestSupport
import Testing
import UnixSignals

@testable import NPSApp

@Suite("SIGHUP")
struct SourceReloadTests {
    private let secret = "whsec_" + Data(repeating: 1, count: 32).base64EncodedString()

    @Test(
        "brings the source files into force as they are; with a mistake in them the old ones stay, and the log says why"
    )
    func reload() async throws {
        let directory = try TemporaryDirectory()
        let (path, secret) = (directory.path, secret)
        func write(_ mapping: String) throws {
            try directory.write("preset: standard\nmapping: |\n  \(mapping)\n", to: "acme.yaml")
        }
        let reading: @Sendable () throws(WebhookError) -> SourceCatalogue = { () throws(WebhookError) in
            try SourceCatalogue(directory: path, secrets: ["acme": [secret]])
        }
        let body = Array(#"{"id":"1","email":"ana@example.com","rating":7}"#.utf8)
        func isValid(_ sources: ReloadableSources) async throws -> Bool {
            let source = try #require(sources.current.source(named: "acme"))
            let results = try await source.map(body, contentType: nil, receivedAt: Date())
            return results.allSatisfy { if case .success = $0 { true } else { false } }
        }

        try write(".")
        let sources = ReloadableSources(try reading(), reading: reading)
        #expect(try await !isValid(sources))
        // One signal at a time: the run ends with the stream, and everything that it asked for is done.
        func hangUp(_ logs: RecordedLogs) async throws {
            let signals = AsyncStream<UnixSignal> { continuation in
                continuation.yield(.sighup)
                continuation.finish()
            }
            try await SourceReload(sources: sources, signals: signals, logger: logs.logger).run()
        }
        let logs = RecordedLogs(level: .info)
        try write("{id, email, score: .rating}")
        try await hangUp(logs)
        #expect(try await isValid(sources))
        #expect(logs.lines == ["notice webhook sources read again [\"sources\": 1]"])

        let complaints = RecordedLogs(level: .info)
        try write("{id, email, score: }}")
        try await hangUp(complaints)
        #expect(try await isValid(sources))
        #expect(complaints.lines.first?.contains("acme.yaml:3: mapping") == true, "\(complaints.lines)")
        #expect(complaints.lines.last?.contains("stay in force") == true)
    }
}
