import Testing

@testable import NPSServer

@Suite("PublicURL")
struct PublicURLTests {
    @Test(
        "origin and base path are told apart",
        arguments: [
            ("https://nps.example.com", "https://nps.example.com", ""),
            ("https://nps.example.com/", "https://nps.example.com", ""),
            ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080", "/a/b"),
            ("https://[::1]:8443/feedback", "https://[::1]:8443", "/feedback"),
        ]
    )
    func dependencies(text: String, origin: String, basePath: String) throws {
        let url = try #require(PublicURL(text))
        #expect(url.origin == origin)
        #expect(url.basePath == basePath)
    }

    @Test(
        "other text is no public address",
        arguments: [
            "", "nps.example.com", "ftp://nps.example.com", "https://", "https://user@nps.example.com",
            "https://nps.example.com/?a=b", "https://nps.example.com/#x", "https://nps.example.com/a/../b",
            "https://nps.example.com/%2e", "https://nps.example.com/a b", "javascript:alert(1)",
        ]
    )
    func refused(text: String) {
        #expect(PublicURL(text) == nil)
    }

    @Test(
        "the address that a sender signed is known whether or not a proxy took the base path off",
        arguments: [
            ("", "/webhooks/a?b=%2F", "/webhooks/a?b=%2F"), ("/nps", "/webhooks/a", "/nps/webhooks/a"),
            ("/nps", "/nps/webhooks/a?b=1", "/nps/webhooks/a?b=1"), ("/nps", "/npsx", "/nps/npsx"),
            ("/nps", "/nps?a", "/nps?a"),
            ("/nps", "/nps", "/nps"), ("/nps", "/nps\u{301}/a", "/nps/nps\u{301}/a"),
        ]
    )
    func addresses(basePath: String, path: String, expected: String) throws {
        let url = try #require(PublicURL("https://nps.example.com" + basePath))
        #expect(url.address(ofPath: path) == "https://nps.example.com" + expected)
    }
}
