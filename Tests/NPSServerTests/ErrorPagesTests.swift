import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NPSWebhooks
import TestSupport
import Testing

@testable import NPSServer

@Suite("Answers to browsers and to programs")
struct ErrorPagesTests {
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    @Test(
        "an unknown path is a page for a browser, in its language, and a problem document for others",
        arguments: [
            ("/nowhere", browser, "text/html; charset=utf-8"), ("/a/nowhere", browser, "text/html; charset=utf-8"),
            ("/nowhere", "text/html;q=0.5", "text/html; charset=utf-8"),
            ("/nowhere", "*/*", "application/problem+json"), ("/nowhere", nil, "application/problem+json"),
            ("/nowhere", "application/json", "application/problem+json"),
            ("/webhooks/x", browser, "application/problem+json"),
            ("/a/webhooks/x", browser, "application/problem+json"),
        ]
    )
    func unknownPath(path: String, accept: String?, type: String) async throws {
        let collector = try CollectorFixture(publicURL: "https://nps.example.com/a")
        try await collector.publicly { client async throws in
            var headers: HTTPFields = [.acceptLanguage: "de"]
            headers[.accept] = accept
            let response = try await client.executeRequest(uri: path, method: .get, headers: headers, body: nil)
            #expect(response.status == .notFound)
            #expect(response.headers[.contentType]?.lowercased() == type)
            if type.hasPrefix("text/html") { #expect(response.text.contains("lang=\"de\"")) }
        }
        await collector.end()
    }

    private struct Unforeseen: Error {}

    @Test("search engines are told to stay away")
    func robots() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let response = try await client.executeRequest(uri: "/robots.txt", method: .get, headers: [:], body: nil)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType]?.hasPrefix("text/plain") == true)
            #expect(String(buffer: response.body) == "User-agent: *\nDisallow: /\n")
        }
        await collector.end()
    }

    @Test("what nobody foresaw is a page for a browser")
    func unforeseen() async throws {
        let collector = try CollectorFixture()
        let router = Router(context: CollectorContext.self)
        router.add(middleware: ErrorResponses(pages: ErrorPages(pages: collector.dependencies.pages, basePath: "")))
        router.get("break") { _, _ -> Response in throw Unforeseen() }
        try await Application(router: router).test(.live) { client in
            for (accept, type) in [(Self.browser, "text/html"), ("*/*", "application/problem+json")] {
                let headers: HTTPFields = [.accept: accept]
                let response = try await client.executeRequest(uri: "/break", method: .get, headers: headers, body: nil)
                #expect(response.status == .internalServerError)
                #expect(response.headers[.contentType]?.hasPrefix(type) == true)
            }
        }
        await collector.end()
    }

    @Test("what fails behind a link leads back to that link", arguments: ["/s/abc.def", "/a/s/abc.def"])
    func unforeseenBehindLink(path: String) async throws {
        let collector = try CollectorFixture()
        let router = Router(context: CollectorContext.self)
        router.add(middleware: ErrorResponses(pages: ErrorPages(pages: collector.dependencies.pages, basePath: "/a")))
        router.get("**") { _, _ -> Response in throw Unforeseen() }
        try await Application(router: router).test(.live) { client in
            let headers: HTTPFields = [.accept: Self.browser]
            let response = try await client.executeRequest(uri: path, method: .get, headers: headers, body: nil)
            #expect(response.text.contains(#"href="/a/s/abc.def""#))
        }
        await collector.end()
    }

    @Test("a full line of payloads is our fault, what can't be parsed the sender's")
    func unreadable() {
        for problem in [PayloadProblem.notJSON, .notForm] {
            #expect(Problem.unreadable(problem).status == .badRequest)
        }
        let busy = Problem.unreadable(.busy)
        #expect(busy.status == .serviceUnavailable && busy.retryAfter == 5)
    }

    @Test("only a listener with TLS of its own tells browsers to stay with it, refusals included")
    func strictTransport() async throws {
        let collector = try CollectorFixture()
        for isEncrypted in [true, false] {
            let router = PublicListener.router(collector.dependencies, isEncrypted: isEncrypted, logger: .silent)
            try await Application(router: router).test(.live) { client in
                for path in ["/livez", "/nowhere"] {
                    let response = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                    #expect(response.headers[.strictTransportSecurity] == (isEncrypted ? "max-age=63072000" : nil))
                }
            }
        }
        await collector.end()
    }
}
