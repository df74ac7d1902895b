import Foundation
import Logging
import NPSModel
import PlanhatAPI
import StubAPI
import TestSupport

/// The token of every test; nothing that is printed may contain it.
let testToken = "t0ken-5ecret"

/// For requests whose time limit is not under test: a busy machine may be slow.
let noTimeLimit = Duration.seconds(86_400)

/// Runs `body` with a client of a stub that gives these replies.
func conversing<Result: Sendable>(
    _ replies: StubReply...,
    timeout: Duration = noTimeLimit,
    _ body: (PlanhatClient, StubServer) async throws -> Result
) async throws -> Result {
    try await StubServer.run(replies) { stub in
        try await withClient(of: stub.url, timeout: timeout) { client in try await body(client, stub) }
    }
}

/// Runs `body` with a client of the API at this address, and closes the client whatever comes.
func withClient<Result>(
    of url: String,
    timeout: Duration = noTimeLimit,
    _ body: (PlanhatClient) async throws -> Result
) async throws -> Result {
    var configuration = PlanhatClient.Configuration(baseURL: url, token: testToken)
    configuration.connectTimeout = noTimeLimit
    configuration.timeout = timeout
    let client = try PlanhatClient(configuration: configuration, logger: .silent)
    do {
        let result = try await body(client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown()
        throw error
    }
}

/// The error that an operation ends with; nil when it succeeds.
func failure<Value>(
    of operation: () async throws(PlanhatError) -> Value
) async -> PlanhatError? {
    do throws(PlanhatError) {
        _ = try await operation()
        return nil
    } catch {
        return error
    }
}

/// What a person would send in most tests.
extension RecordDraft {
    static func sample(sourceId: String? = "nps1-0123456789abcdef0123456789abcdef") -> RecordDraft {
        var draft = RecordDraft()
        draft.email = "ana@example.com"
        draft.score = 9
        draft.comment = "Fast delivery"
        draft.sourceId = sourceId
        return draft
    }
}

extension Date {
    /// 2026-02-03T10:00:05.100Z
    static let sample = Date(timeIntervalSince1970: 1_770_112_805.1)
}
