import Foundation
import HTTPTypes
import NPSModel
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
        try await withSandbox { client in
            #expect(try await client.send(.get, "/nps", authorization: authorization).status == status)
            #expect(try await client.send(.get, "/sandbox/faults", authorization: authorization).status == status)
        }
    }

    @Test("a path that doesn't exist is a 401 without the token and a 404 with it")
    func unknownPath() async throws {
        try await withSandbox { client in
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
        let clock = StillClock()
        try await withSandbox("rate-limit=2", clock: clock) { client in
            let first = try await client.send(.get, "/nps")
            #expect(first.header("X-Rate-Limit-Limit") == "2")
            #expect(first.header("X-Rate-Limit-Remaining") == "1")
            clock.advance(10)
            #expect(try await client.send(.get, "/nps").header("X-Rate-Limit-Remaining") == "0")
            let refused = try await client.send(.get, "/nps")
            #expect(refused.status == 429)
            #expect(refused.header("Retry-After") == "50")
            #expect(refused.header("X-Rate-Limit-Remaining") == "0")
            clock.advance(50)
            #expect(try await client.send(.get, "/nps").status == 200)
        }
    }

    @Test("200 a minute unless said otherwise; 0 is no limit")
    func rateLimitDefault() async throws {
        try await withSandbox { client in
            #expect(try await client.send(.get, "/nps").header("X-Rate-Limit-Limit") == "200")
        }
        try await withSandbox("rate-limit=0") { client in
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
        try await withSandbox { client in
            let body = String(repeating: " ", count: 32 * 1024 * 1024) + "[]"
            #expect(try await client.send(.put, "/nps", body).status == 413)
        }
    }
}
