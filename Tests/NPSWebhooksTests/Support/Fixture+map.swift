import Foundation
import NPSModel
import Testing

@testable import NPSWebhooks

extension Fixture {
    /// What the preset makes of a body.
    static func map(
        _ name: String,
        _ body: String,
        type: String? = nil
    ) async throws -> [Result<Submission, InvalidResponse>] {
        let source = try preset(name, secrets: [StandardDelivery.secret])
        return try await source.map(Array(body.utf8), contentType: type, receivedAt: now)
    }

    static func response(_ name: String, _ body: String) async throws -> SurveyResponse {
        let results = try await map(name, body)
        try #require(results.count == 1)
        return try results[0].get().response
    }

    /// By result: the fields that are wrong.
    static func wrongFields(_ name: String, _ body: String) async throws -> [[String]] {
        try await map(name, body).map { result in
            guard case .failure(let invalid) = result else { return [] }
            return invalid.problems.map(\.field)
        }
    }
}
