import Foundation
import HTTPTypes
import Logging
import NPSModel
import Synchronization
import TestSupport
import Testing

struct AccessTests {
    private static func basic(_ text: String) -> String {
        "Basic " + Data(text.utf8).base64EncodedString()
    }

    @Test(
        "the token is taken as Bearer and as Basic with an empty password, nothing else",
        arguments: [
            ("Bearer \(SandboxClient.token)", 200), ("bearer \(SandboxClient.token)", 200),
            (basic("\(SandboxClient.token):"), 200), (basic(SandboxClient.token), 401),
            (basic("\(SandboxClient.token):x"), 401), ("Bearer wrong", 401), ("Bearer ", 401), ("Bearer", 401),
            ("Basic %%%", 401), (SandboxClient.token, 401), (nil, 401),
        ]
    )
    func token(authorization: String?, status: Int) async throws {
        try await withSandbox { client async throws in
            #expect(try await client.send(.get, "/nps", authorization: authorization).status == status)
            #expect(try await client.send(.get, "/sandbox/faults", authorization: authorization).status == status)
        }
    }

    @Test("a path that doesn't exist is a 401 without the token and a 404 with it")
    func unknownPath() async throws {
        try await withSandbox { client async throws in
            #expect(try await client.send(.get, "/companies", authorization: nil).status == 401)
            #expect(try await client.send(.get, "/companies").status == 404)
        }
    }

    @Test("the front page says what this is, to anybody")
    func frontPage() async throws {
        try await withSandbox { client in
            let reply = try await client.send(.get, "/", authorization: nil)
            #expect(reply.status == 200)
            #expect(reply.text.contains("sandbox"))
        }
    }

    @Test("each answer tells what is left of the window, and the one too many says when it ends")
    func rateLimit() async throws {
        let clock = TestClock()
        try await withSandbox("rate-limit=2", clock: clock) { client in
            let first = try await client.send(.get, "/nps")
            #expect(first.header("X-Rate-Limit-Limit") == "2")
            #expect(first.header("X-Rate-Limit-Remaining") == "1")
            clock.advance(by: 10)
            #expect(try await client.send(.get, "/nps").header("X-Rate-Limit-Remaining") == "0")
            let refused = try await client.send(.get, "/nps")
            #expect(refused.status == 429)
            #expect(refused.header("Retry-After") == "50")
            #expect(refused.header("X-Rate-Limit-Remaining") == "0")
            clock.advance(by: 50)
            #expect(try await client.send(.get, "/nps").status == 200)
        }
    }

    @Test("200 a minute unless said otherwise; 0 is no limit")
    func rateLimitDefault() async throws {
        try await withSandbox { client async throws in
            #expect(try await client.send(.get, "/nps").header("X-Rate-Limit-Limit") == "200")
        }
        try await withSandbox("rate-limit=0") { client async throws in
            #expect(try await client.send(.get, "/nps").header("X-Rate-Limit-Limit") == nil)
        }
    }

    @Test(
        "a 429 says when to come back in three ways",
        arguments: [("seconds", "60"), ("date", "Mon, 02 Feb 2026 02:41:00 GMT"), ("none", nil)]
    )
    func retryAfter(form: String, expected: String?) async throws {
        try await withSandbox("429=1", "rate-limit-form=\(form)", "rate-limit-body=text") { client in
            let reply = try await client.send(.get, "/nps")
            #expect(reply.status == 429)
            #expect(reply.header("Retry-After") == expected)
            #expect(reply.text == "Too many requests")
        }
    }

    @Test("a body over 32 MB is a 413 and is not stored")
    func tooLarge() async throws {
        try await withSandbox { client async throws in
            let body = String(repeating: " ", count: 32 * 1024 * 1024) + "[]"
            #expect(try await client.send(.put, "/nps", body).status == 413)
        }
    }

    @Test("the log has one line for each request: method, route, outcome; no id, body or token")
    func accessLog() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "sandbox") { _ in LineLog { line in lines.withLock { $0.append(line) } } }
        try await withSandbox(logger: logger) { client in
            _ = try await client.send(.post, "/nps", #"{"email":"ana@example.com","score":1,"sourceId":"secret"}"#)
            _ = try await client.send(.get, "/nps/srcid-secret?select=secret")
            _ = try await client.send(.get, "/secret")
        }
        let expected = [
            "request method=POST path=/nps status=200", "request method=GET path=/nps/{id} status=200",
            "request method=GET path=NotFound status=404",
        ]
        #expect(lines.withLock { $0 } == expected)
    }
}

/// Gives each line from level info on to a closure, with the metadata of its own in order of their names.
private struct LineLog: LogHandler {
    let write: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        write(([event.message.description] + pairs).joined(separator: " "))
    }
}
