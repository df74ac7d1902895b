import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NPSSurvey
import TestSupport
import Testing

@testable import NPSServer

@Suite("The redirect to https")
struct RedirectListenerTests {
    private static func router(to url: PublicURL) throws -> Router<CollectorContext> {
        let pages = try SurveyPages(subject: "Acme", basePath: url.basePath, publicDirectory: nil)
        return RedirectListener.router(to: url, errorPages: ErrorPages(pages: pages, basePath: url.basePath))
    }

    @Test("a form sent in clear is refused, with a page that leads to the form for a browser")
    func form() async throws {
        let url = try #require(PublicURL("https://nps.example.com"))
        let application = Application(router: try Self.router(to: url), logger: .silent)
        try await application.test(.live) { client async throws in
            for (accept, type) in [("text/html", "text/html"), ("*/*", "application/problem+json")] {
                let headers: HTTPFields = [.accept: accept]
                let body = ByteBuffer(string: "score=9")
                let response = try await client.executeRequest(
                    uri: "/survey",
                    method: .post,
                    headers: headers,
                    body: body
                )
                #expect(response.status == .forbidden)
                #expect(response.headers[.contentType]?.hasPrefix(type) == true)
                if accept == "text/html" { #expect(response.text.contains(#"href="/survey""#)) }
            }
        }
    }

    @Test(
        "no other address leads to the form, and a tool learns the right one",
        arguments: [
            ("/webhooks/standard", HTTPResponse.Status.forbidden), ("/readyz", .notFound), ("/nope", .notFound),
            ("/other/abc", .notFound), ("/robots.txt", .notFound),
        ],
        ["https://nps.example.com", "http://nps.example.com/a"]
    )
    func others(sent: (path: String, status: HTTPResponse.Status), address: String) async throws {
        let url = try #require(PublicURL(address))
        let application = Application(router: try Self.router(to: url), logger: .silent)
        try await application.test(.live) { client async throws in
            for method in [HTTPRequest.Method.get, .head] {
                let response = try await client.executeRequest(uri: sent.path, method: method, headers: [:], body: nil)
                #expect(response.status == sent.status && response.headers[.location] == nil)
            }
            for method in [HTTPRequest.Method.get, .post] {
                let response = try await client.executeRequest(
                    uri: "/webhooks/standard",
                    method: method,
                    headers: [:],
                    body: nil
                )
                #expect(response.text.contains("Send this request to \(address) instead."))
                #expect(response.text.contains("Not encrypted") == url.isSecure)
            }
        }
    }

    @Test("a port that is taken is named, with the setting that says so")
    func takenPort() async throws {
        let url = try #require(PublicURL("https://nps.example.com"))
        let pages = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
        try await Application(router: try Self.router(to: url), logger: .silent).test(.live) { client in
            let port = try #require(client.port)
            let listener = try RedirectListener.make(
                to: url,
                pages: pages,
                addresses: [.hostname("127.0.0.1", port: port)],
                proxies: .none,
                logger: .silent
            )
            let error = ServerError.cannotListen(
                address: "127.0.0.1:\(port)",
                setting: "http.redirect-port",
                code: EADDRINUSE
            )
            await #expect(throws: error) { try await listener.run() }
            #expect(
                error.description
                    == "127.0.0.1:\(port) is taken by another program. Stop that, or change http.redirect-port."
            )
        }
    }

    @Test(
        "leads a personal link to the same link, the start and the form to the open form",
        arguments: [
            ("/s/abc.DEF-1_/9", "/s/abc.DEF-1_/9"), ("/s/abc", "/s/abc"), ("/s/abc/9?lang=de", "/s/abc/9?lang=de"),
            ("/s/a%2Eb/9?utm_source=x", "/s/a.b/9"), ("/s/abc/9.", "/s/abc/9"), ("/s/abc/9&utm_source=x", "/s/abc/9"),
            ("/s/abc/9%22", "/s/abc/9"), ("/s/abc/9%3E,", "/s/abc/9"), ("/s/abc/x", "/s/abc"), ("/s/abc/11", "/s/abc"),
            ("/s/abc.", "/s/abc"), ("/s/abc&utm_source=x", "/s/abc"), ("/s/abc%22/9", "/s/abc/9"),
            ("/s/%22", "/survey"),
            ("/s/abc&amp;lang=de", "/s/abc"), ("/s/abc/9?lang=%0d%0aX", "/s/abc/9"), ("/", "/survey"),
            ("/survey?score=9", "/survey"), ("/s", "/survey"), ("/s/a/b/c", "/survey"), ("/s/a;b/9", "/s/a/9"),
            ("/s/../x", "/survey"),
            ("/survey/thanks", "/survey"), ("/survey?lang=de", "/survey?lang=de"),
            ("/?lang=pt-BR", "/survey?lang=pt-BR"),
            ("/survey?score=9&lang=de", "/survey?lang=de"), ("/survey?lang=%0d%0aX", "/survey"),
        ]
    )
    func links(path: String, target: String) async throws {
        for basePath in ["", "/a/b"] {
            let url = try #require(PublicURL("https://nps.example.com" + basePath))
            let application = Application(router: try Self.router(to: url), logger: .silent)
            try await application.test(.live) { client async throws in
                for sent in Set([path, basePath + path]) {
                    let response = try await client.executeRequest(uri: sent, method: .get, headers: [:], body: nil)
                    #expect(response.status == .permanentRedirect)
                    #expect(response.headers[.location] == "https://nps.example.com\(basePath)\(target)")
                }
            }
        }
    }

    @Test("an ACME client's authority finds what the client wrote, and nothing else of its folder")
    func challenges() async throws {
        let token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
        let answer = token + ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
        let folder = ".well-known/acme-challenge/"
        let webroot = try TemporaryDirectory([
            folder + token: answer + "\n", folder + "private": "a secret", folder + "other": answer,
            folder + "large": "large." + String(repeating: "a", count: 600), "secret": "secret.a",
        ])
        try FileManager.default.createSymbolicLink(
            atPath: webroot.path(folder + "link"),
            withDestinationPath: webroot.path("secret")
        )
        try FileManager.default.createDirectory(
            atPath: webroot.path(folder + "folder"),
            withIntermediateDirectories: false
        )
        let url = try #require(PublicURL("https://nps.example.com"))
        let pages = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
        let errors = ErrorPages(pages: pages, basePath: "")
        let router = RedirectListener.router(to: url, errorPages: errors, webroot: webroot.path)
        try await Application(router: router, logger: .silent).test(.live) { client async throws in
            func get(_ path: String, _ method: HTTPRequest.Method = .get) async throws -> TestResponse {
                try await client.executeRequest(uri: "/" + folder + path, method: method, headers: [:], body: nil)
            }
            let response = try await get(token)
            #expect(response.status == .ok && response.text == answer)
            #expect(response.headers[.contentType] == "application/octet-stream")
            let head = try await get(token, .head)
            #expect(head.status == .ok && head.text.isEmpty)
            for path in [
                "private", "other", "large", "link", "folder", "none", "", "..", "../../secret", "..%2f..%2fsecret",
                "%2e%2e", token + ".txt", token + "/", token + "%00", "a%2f" + token,
            ] {
                let response = try await get(path)
                #expect(response.status == .notFound || path == token + "/", "\(path): \(response.status)")
                #expect(!response.text.contains("secret."), "\(path)")
            }
            #expect(try await get(token, .post).status != .ok)
        }
    }
}
