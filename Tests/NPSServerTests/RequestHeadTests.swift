import NIOHTTP1
import Testing

@testable import NPSServer

@Suite("The head of a request")
struct RequestHeadTests {
    private func normalized(
        _ fields: [(String, String)],
        _ method: HTTPMethod = .GET,
        _ uri: String = "/livez",
        version: HTTPVersion = .http1_1
    ) -> HTTPHeaders {
        HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(fields)).normalized.headers
    }

    @Test(
        "a host with or without a port is kept",
        arguments: [
            "a", "nps.example.com", "nps.example.com:8443", "192.0.2.1:80", "[2001:db8::1]", "[::1]:8080", "a:",
        ]
    )
    func host(host: String) {
        let headers = normalized([("Host", host)])
        #expect(headers["host"] == [host])
        #expect(headers["connection"].isEmpty)
    }

    @Test(
        "what is no host is refused, and the connection closes",
        arguments: [
            "", "a, b", "a,b", "user@h", "h/path", "a b", "a:80:80", "a:x", "[::1", "[x]", "[::1]x", "h?q", "h#f", "ä",
        ]
    )
    func malformedHost(host: String) {
        let headers = normalized([("Host", host)])
        #expect(headers["host"].isEmpty)
        #expect(headers["connection"] == ["close"])
    }

    @Test("no host, two hosts, GET * and an empty transfer coding are refused")
    func malformed() {
        for headers in [
            normalized([]), normalized([("Host", "a"), ("host", "a")]), normalized([("Host", "a")], .GET, "*"),
            normalized([("Host", "a"), ("Transfer-Encoding", "")]),
            normalized([("Host", "a"), ("Transfer-Encoding", " ")]),
        ] {
            #expect(headers["host"].isEmpty)
            #expect(headers["connection"] == ["close"])
        }
        #expect(normalized([("Host", "a")], .OPTIONS, "*")["host"] == ["a"])
        #expect(normalized([("Host", "a"), ("Transfer-Encoding", "chunked")])["host"] == ["a"])
    }

    @Test("Connection: close has no case", arguments: ["close", "Close", "CLOSE", "TE, Close", "keep-alive,close"])
    func close(value: String) {
        #expect(normalized([("Host", "a"), ("Connection", value)])["connection"] == ["close"])
    }

    @Test("other connections stay open", arguments: ["keep-alive", "Keep-Alive, Upgrade", "closed"])
    func keepAlive(value: String) {
        #expect(normalized([("Host", "a"), ("Connection", value)])["connection"] == [value])
    }

    @Test("HTTP/1.0 needs no host, and its connections close")
    func legacy() {
        let headers = normalized([("Connection", "keep-alive"), ("Expect", "100-continue")], version: .http1_0)
        #expect(headers["expect"].isEmpty)
        #expect(headers["host"] == [""])
        #expect(headers["connection"] == ["close"])
    }
}
