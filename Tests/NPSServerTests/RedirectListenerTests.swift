import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

@testable import NPSServer

@Suite("The redirect to https")
struct RedirectListenerTests {
    @Test(
        "leads a personal link to the same link, everything else to the open form",
        arguments: [
            ("/s/abc.DEF-1_~/9", "/s/abc.DEF-1_~/9"), ("/s/abc", "/s/abc"), ("/s/abc/9?lang=de", "/s/abc/9?lang=de"),
            ("/s/a%2Eb/9?utm_source=x", "/s/a%2Eb/9"), ("/s/abc/9?lang=%0d%0aX", "/s/abc/9"), ("/", "/survey"),
            ("/survey?score=9", "/survey"), ("/s", "/survey"), ("/s/a/b/c", "/survey"), ("/s/a;b/9", "/survey"),
            ("/s/../x", "/survey"), ("/other/abc", "/survey"),
        ]
    )
    func links(path: String, target: String) async throws {
        for basePath in ["", "/a/b"] {
            let url = try #require(PublicURL("https://nps.example.com" + basePath))
            let application = Application(router: RedirectListener.router(to: url), logger: .silent)
            try await application.test(.live) { client async throws in
                for sent in Set([path, basePath + path]) {
                    let response = try await client.executeRequest(uri: sent, method: .get, headers: [:], body: nil)
                    #expect(response.status == .permanentRedirect)
                    #expect(response.headers[.location] == "https://nps.example.com\(basePath)\(target)")
                }
            }
        }
    }
}
