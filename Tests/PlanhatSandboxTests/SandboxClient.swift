import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NPSModel
import PlanhatSandbox
import TestSupport

/// Speaks JSON with a sandbox that has no socket.
struct SandboxClient {
    static let token = "sandbox-test-token"
    let client: any TestClientProtocol

    struct Reply {
        let status: Int
        let headers: HTTPFields
        let text: String

        var json: JSONValue { (try? JSONValue(parsing: Data(text.utf8))) ?? .null }

        func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { headers[$0] }
        }
    }

    func send(
        _ method: HTTPRequest.Method,
        _ uri: String,
        _ body: String? = nil,
        authorization: String? = "Bearer \(token)"
    ) async throws -> Reply {
        var headers: HTTPFields = [:]
        headers[.authorization] = authorization
        return try await client.execute(
            uri: uri,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(string: $0) }
        ) { response in
            Reply(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
        }
    }

    /// The ids of what `GET /nps` lists, in its order.
    func list(_ query: String = "", property: String = "npsId") async throws -> [String] {
        let reply = try await send(.get, "/nps" + query)
        guard case .array(let records) = reply.json else { return [] }
        return records.compactMap { $0[property]?.string }
    }

    func stats() async throws -> JSONValue {
        try await send(.get, "/sandbox/stats").json
    }
}

/// Runs a test against a fresh sandbox with the faults set.
func withSandbox(
    _ faults: String...,
    clock: TestClock = TestClock(at: 1_770_000_000),
    logger: Logger = .silent,
    pause: @escaping @Sendable (Duration) async -> Void = { _ in },
    _ test: @Sendable (SandboxClient) async throws -> Void
) async throws {
    let directory = try TemporaryDirectory()
    let sandbox = try PlanhatSandbox(
        configuration: .init(
            token: SandboxClient.token,
            database: directory.path("sandbox.db"),
            faults: FaultPlan(parsing: faults),
            seed: 1
        ),
        now: { clock.now },
        pause: pause,
        logger: logger
    )
    try await sandbox.makeApplication().test(.router) { client in
        try await test(SandboxClient(client: client))
    }
}

extension JSONValue {
    var integer: Int? {
        guard case .integer(let number) = self else { return nil }
        return Int(number)
    }

    var names: Set<String> {
        guard case .object(let members) = self else { return [] }
        return Set(members.keys)
    }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}
