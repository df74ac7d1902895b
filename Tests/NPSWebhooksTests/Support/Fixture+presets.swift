import NPSModel
import Testing

@testable import NPSWebhooks

extension Fixture {
    static let form = "application/x-www-form-urlencoded"

    /// The one valid response in a body.
    static func submission(_ name: String, _ body: String, type: String? = nil) async throws -> Submission {
        let results = try await map(name, body, type: type)
        try #require(results.count == 1)
        return try results[0].get()
    }

    /// Checks that both bodies are one response, and that the second one changes it.
    static func expectEdit(_ name: String, _ first: String, _ second: String, type: String? = nil) async throws {
        let (first, second) = (
            try await submission(name, first, type: type), try await submission(name, second, type: type)
        )
        #expect(second.response.id == first.response.id)
        #expect(second.digest != first.digest)
    }

    /// What is wrong with the one response in a body, or what of it was left out.
    static func problems(_ name: String, _ body: String, type: String? = nil) async throws -> [String] {
        let results = try await map(name, body, type: type)
        try #require(results.count == 1)
        switch results[0] {
        case .success(let submission): return submission.response.notes.map(\.field)
        case .failure(let invalid): return invalid.problems.map(\.field)
        }
    }

    /// Checks the three ways in which a tool without a signature may carry its token, and two in which it may not.
    static func expectTokens(_ name: String) throws {
        let source = try preset(name)
        #expect(throws: Never.self) { try source.verify(delivery([("authorization", "Bearer \(secret)")])) }
        #expect(throws: Never.self) { try source.verify(delivery([("x-webhook-token", secret)])) }
        let address = "https://nps.example.com/webhooks/\(name)?token="
        #expect(throws: Never.self) { try source.verify(delivery([], url: address + secret)) }
        #expect(throws: SignatureRejection.wrongSignature) { try source.verify(delivery([], url: address + "no")) }
        #expect(throws: SignatureRejection.self) { try source.verify(delivery([])) }
    }
}
