import Foundation
import Synchronization
import Testing

@testable import NPSWebhooks

/// What the tests send, and the moment at which they send it.
enum Fixture {
    static let secret = "nps-collector-test-secret"
    static let formType = ("Content-Type", "application/x-www-form-urlencoded")
    static let body = #"{"event":"response","score":9}"#
    static let now = Date(timeIntervalSince1970: 1_700_000_000)

    static func delivery(
        _ headers: [(String, String)],
        body: String = Fixture.body,
        method: String = "POST",
        url: String = "https://nps.example.com/hooks/hubspot?tenant=1",
        at date: Date = now
    ) -> WebhookDelivery {
        WebhookDelivery(
            method: method,
            publicURL: url,
            headers: headers.map { (name: $0.0, value: $0.1) },
            body: Array(body.utf8),
            receivedAt: date
        )
    }

    /// A source whose file holds this under `signature:`.
    static func source(signature: String, secrets: [String] = [secret]) throws -> WebhookSource {
        let folder = try SourceFolder(["acme": "signature: \(signature)\nmapping: .\n"])
        let catalogue = try SourceCatalogue(directory: folder.path, secrets: ["acme": .list(secrets)])
        return try #require(catalogue.source(named: "acme"))
    }

    static func preset(_ name: String, secrets: [String] = [secret]) throws -> WebhookSource {
        if let source = presets.withLock({ $0[[name] + secrets] }) { return source }
        let catalogue = try SourceCatalogue(directory: nil, secrets: [name: .list(secrets)])
        let source = try #require(catalogue.source(named: name))
        presets.withLock { $0[[name] + secrets] = source }
        return source
    }

    /// By name and secrets, since compiling a mapping takes longer than most tests.
    private static let presets = Mutex<[[String]: WebhookSource]>([:])
}
