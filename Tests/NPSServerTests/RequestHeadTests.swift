import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Testing

@testable import NPSServer

@Suite("The head of a request")
struct RequestHeadTests {
    private func normalized(
        _ fields: [(String, String)],
        _ method: HTTPMethod = .GET,
        _ uri: String = "/livez",
        version: HTTPVersion = .http1_1
    ) throws -> HTTPRequest {
        let headers = HTTPHeaders(fields)
        return try RequestHead(HTTPRequestHead(version: version, method: method, uri: uri, headers: headers)).request
    }

    @Test(
        "a host with or without a port is kept",
        arguments: [
            "a", "nps.example.com", "nps.example.com:8443", "192.0.2.1:80", "[2001:db8::1]", "[::1]:8080", "a:",
        ]
    )
    func host(host: String) throws {
        let request = try normalized([("Host", host)])
        #expect(request.authority == host)
        #expect(!request.headerFields.contains(.connection))
    }

    @Test(
        "what is no host is refused, and the connection closes",
        arguments: [
            "", "a, b", "a,b", "user@h", "h/path", "a b", "a:80:80", "a:x", "[::1", "[x]", "[::1]x", "h?q", "h#f", "ä",
            "[\u{301}::1]", "[::1\u{301}]",
        ]
    )
    func malformedHost(host: String) throws {
        let request = try normalized([("Host", host)])
        #expect(request.authority == nil)
        #expect(request.headerFields[values: .connection] == ["close"])
    }

    @Test("no host, two hosts, GET *, a fragment, CONNECT and a coding of HTTP/1.0 are refused")
    func malformed() throws {
        for request in [
            try normalized([]), try normalized([("Host", "a"), ("host", "a")]),
            try normalized([("Host", "a")], .GET, "*"),
            try normalized([("Host", "a")], .GET, "/survey#x"),
            try normalized([("Host", "a")], .CONNECT, "a:443"),
            try normalized([("Host", "a"), ("Transfer-Encoding", "chunked")], .POST, version: .http1_0),
            try normalized(
                [("Host", "a"), ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
                .POST
            ),
        ] {
            #expect(request.authority == nil)
            #expect(request.headerFields[values: .connection] == ["close"])
        }
        #expect(try normalized([("Host", "a")], .OPTIONS, "*").authority == "a")
    }

    @Test("chunked is understood in any case", arguments: ["chunked", "Chunked", " CHUNKED\t"])
    func chunked(value: String) throws {
        #expect(try normalized([("Host", "a"), ("Transfer-Encoding", value)]).authority == "a")
    }

    @Test(
        "no other coding is, and none is taken for the content",
        arguments: [
            "", " ", "gzip, chunked", "chunked, chunked", ",chunked", "chunked,", "chunkedx", "x", "chunked;a=b",
        ]
    )
    func coding(value: String) throws {
        #expect(try normalized([("Host", "a"), ("Transfer-Encoding", value)], .POST).authority == nil)
    }

    @Test("after a request that would like another protocol the connection closes")
    func upgrade() throws {
        let request = try normalized([("Host", "a"), ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")])
        #expect(request.authority == "a")
        #expect(request.headerFields[values: .connection] == ["close"])
    }

    @Test("Connection: close has no case", arguments: ["close", "Close", "CLOSE", "TE, Close", "keep-alive,close"])
    func close(value: String) throws {
        #expect(try normalized([("Host", "a"), ("Connection", value)]).headerFields[values: .connection] == ["close"])
    }

    @Test("other connections stay open", arguments: ["keep-alive", "Keep-Alive, Upgrade", "closed"])
    func keepAlive(value: String) throws {
        #expect(try normalized([("Host", "a"), ("Connection", value)]).headerFields[values: .connection] == [value])
    }

    @Test("HTTP/1.0 needs no host, and its connections close")
    func legacy() throws {
        let request = try normalized([("Connection", "keep-alive"), ("Expect", "100-continue")], version: .http1_0)
        #expect(!request.headerFields.contains(.expect))
        #expect(request.authority == "")
        #expect(request.headerFields[values: .connection] == ["close"])
    }

    @Test(
        "an address is read as SwiftNIO's codec reads it",
        arguments: [
            "/", "/livez", "/s/a.b/9?x=y&z=%20", "//host/path", "/a:b", "http://h", "http://h/p?q", "https://h:1?q",
            "/%zz", "/a b", "a/b", "http:", "?q", "",
        ]
    )
    func address(uri: String) throws {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: ["Host": "a", "X-Y": "z"])
        var request = try RequestHead(head).request
        request.authority = "a"
        #expect(try request == HTTPRequest(head, secure: false, splitCookie: false))
    }

    @Test(
        "the host of an absolute address counts, whatever Host says",
        arguments: [
            ("http://h", "h"), ("http://h/p?q", "h"), ("HTTPS://h:1?q", "h:1"), ("http://[::1]:80/", "[::1]:80"),
            ("http:/h/", "a"), ("//h/p", "a"), ("ftp://h/", "a"), ("http://u@h/", nil), ("http:///p", nil),
        ] as [(String, String?)]
    )
    func absolute(uri: String, host: String?) throws {
        #expect(try normalized([("Host", "a")], .GET, uri).authority == host)
    }

    @Test("a method that is none is an error, as it is for the codec")
    func method() {
        let head = HTTPRequestHead(version: .http1_1, method: .RAW(value: "G T"), uri: "/", headers: ["Host": "a"])
        #expect(throws: HTTP1TypeConversionError.invalidMethod) { try RequestHead(head) }
    }
}
