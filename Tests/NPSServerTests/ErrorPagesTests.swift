import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NPSPages
import NPSSurvey
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
            if type.hasPrefix("text/html") {
                #expect(response.text.contains("lang=\"de\""))
                #expect(response.text.contains(#"href="/a/survey""#))
            }
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
        router.add(
            middleware: RequestRules(
                log: AccessLog(listener: "test"),
                errors: ErrorResponses(pages: ErrorPages(pages: collector.dependencies.pages, basePath: ""))
            )
        )
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

    @Test("while the server stops, a browser gets a page and a program a document, both with the time to retry")
    func shutdown() async throws {
        let collector = try CollectorFixture()
        let router = Router(context: CollectorContext.self)
        router.add(
            middleware: RequestRules(
                log: AccessLog(listener: "test"),
                errors: ErrorResponses(pages: ErrorPages(pages: collector.dependencies.pages, basePath: ""))
            )
        )
        router.get("stop") { _, _ -> Response in throw CancellationError() }
        try await Application(router: router).test(.live) { client in
            for (accept, type) in [(Self.browser, "text/html"), ("*/*", "application/problem+json")] {
                let headers: HTTPFields = [.accept: accept]
                let response = try await client.executeRequest(uri: "/stop", method: .get, headers: headers, body: nil)
                #expect(response.status == .serviceUnavailable)
                #expect(response.headers[.contentType]?.hasPrefix(type) == true)
                #expect(response.headers[.retryAfter] == "5")
            }
        }
        await collector.end()
    }

    @Test("the page of a refused method says which are taken")
    func allowedMethods() async throws {
        let collector = try CollectorFixture()
        try await collector.publicly { client async throws in
            let headers: HTTPFields = [.accept: Self.browser, .acceptLanguage: "de"]
            let response = try await client.executeRequest(uri: "/survey", method: .put, headers: headers, body: nil)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "GET, HEAD, POST")
            #expect(response.headers[.contentLanguage] == "de")
            #expect(response.text.contains("Diese Anfrage kam nicht richtig an"))
        }
        await collector.end()
    }

    @Test("an answer to a request that no route sees is made once a language, and once as a document")
    func unrouted() throws {
        let pages = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
        let answers = UnroutedAnswers(pages: ErrorPages(pages: pages, basePath: "/a"))
        for _ in 0..<3 {
            for request in UnroutedRequest.allCases {
                for language in pages.languages {
                    let fields: HTTPFields = [.accept: Self.browser, .acceptLanguage: language.tag]
                    let head = HTTPRequest(
                        method: .post,
                        scheme: nil,
                        authority: "a",
                        path: "/survey",
                        headerFields: fields
                    )
                    let answer = answers.answer(to: request, with: head)
                    #expect(answer.head.headerFields[.contentLanguage] == language.tag)
                    #expect(String(buffer: answer.body).contains("<h1"))
                    var hook = head
                    hook.path = "/a/webhooks/x"
                    let document = answers.answer(to: request, with: hook)
                    #expect(document.head.headerFields[.contentType] == "application/problem+json")
                }
                #expect(answers.answer(to: request, with: nil).head.headerFields[.contentLanguage] == "en")
            }
        }
        #expect(answers.count == UnroutedRequest.allCases.count * (pages.languages.count + 1))
    }

    @Test("what fails behind a link leads back to that link", arguments: ["/s/abc.def", "/a/s/abc.def"])
    func unforeseenBehindLink(path: String) async throws {
        let collector = try CollectorFixture()
        let router = Router(context: CollectorContext.self)
        router.add(
            middleware: RequestRules(
                log: AccessLog(listener: "test"),
                errors: ErrorResponses(pages: ErrorPages(pages: collector.dependencies.pages, basePath: "/a"))
            )
        )
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
            let router = PublicListener.routes(collector.dependencies, isEncrypted: isEncrypted, logger: .silent).router
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
