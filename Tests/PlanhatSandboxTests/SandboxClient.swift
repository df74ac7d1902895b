import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NPSModel
import PlanhatSandbox
import Synchronization
import Testing

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

/// A clock that stands still until it is told the time.
final class StillClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_770_000_000))

    var now: Date { time.withLock { $0 } }

    func advance(_ seconds: TimeInterval) {
        time.withLock { $0 += seconds }
    }
}

/// A directory that is deleted with the test.
final class TemporaryDirectory: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "planhat-sandbox-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
}

func quietLogger() -> Logger {
    Logger(label: "sandbox.tests") { _ in SwiftLogNoOpLogHandler() }
}

/// Runs a test against a fresh sandbox with the faults set.
func withSandbox(
    _ faults: String...,
    clock: StillClock = StillClock(),
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
        logger: quietLogger()
    )
    try await sandbox.makeApplication().test(.router) { client in
        try await test(SandboxClient(client: client))
    }
    withExtendedLifetime(directory) {}
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
