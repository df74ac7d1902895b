import HTTPTypes
import NIOHPACK
import Testing

@testable import NPSServer

@Suite("The head of a request on a stream")
struct StreamHeadTests {
    private let limits = ConnectionLimits()

    private func read(_ fields: [(String, String)]) -> Result<HTTPRequest, StreamHead.Failure> {
        do throws(StreamHead.Failure) {
            return .success(try StreamHead(HPACKHeaders(fields), limits: limits).request)
        } catch {
            return .failure(error)
        }
    }

    private func get(_ path: String, _ fields: (String, String)..., authority: String? = "a") -> [(String, String)] {
        let named = authority.map { [(":authority", $0)] } ?? []
        return [(":method", "GET"), (":scheme", "https"), (":path", path)] + named + fields
    }

    @Test("the host is the authority, or the field Host where there is none; never both in the fields")
    func host() throws {
        let request = try read(get("/x", ("host", "A"), ("accept", "*/*"))).get()
        #expect(request.authority == "a" && request.path == "/x" && request.method == .get)
        #expect(Array(request.headerFields) == [HTTPField(name: .accept, value: "*/*")])
        #expect(try read(get("/", ("host", "b:1"), authority: nil)).get().authority == "b:1")
    }

    @Test(
        "a request without one host, or for what nothing here can be asked for, has no host, and is refused like that",
        arguments: [
            ("/", nil, []), ("/", "", []), ("/", "a b", []), ("/", "user@a", []), ("/", "a", ["b"]),
            ("/", "a", ["a", "a"]),
            ("/", nil, ["a", "a"]), ("x", "a", []), ("*", "a", []), ("/#x", "a", []), ("http://a/", "a", []),
        ] as [(String, String?, [String])]
    )
    func noHost(path: String, authority: String?, hosts: [String]) throws {
        let fields = get(path, authority: authority) + hosts.map { ("host", $0) }
        #expect(try read(fields).get().authority == nil)
    }

    @Test("a tunnel isn't asked for here")
    func tunnel() throws {
        let request = try read([(":method", "CONNECT"), (":authority", "a:443")]).get()
        #expect(request.authority == nil && request.path == nil)
    }

    @Test("* is for OPTIONS")
    func asterisk() throws {
        let fields = [(":method", "OPTIONS"), (":scheme", "https"), (":path", "*"), (":authority", "a")]
        #expect(try read(fields).get().authority == "a")
    }

    @Test(
        "a head with control characters, two lengths or an impossible method is malformed",
        arguments: [("x", "a\u{B}b"), ("x", "a\u{7F}"), ("x", "a\rb"), ("content-length", "5"), (":method", "G T")]
    )
    func malformed(name: String, value: String) {
        #expect(read(get("/", ("content-length", "5"), (name, value))) == .failure(.malformed))
    }

    @Test("a tab in a value is none of them")
    func tab() throws {
        #expect(try read(get("/", ("x", "a\tb"))).get().headerFields[.init("x")!] == "a\tb")
    }

    @Test("limits are those of HTTP/1.1, and it is told whether the answer may have a body")
    func limit() {
        let long = String(repeating: "a", count: limits.headerField + 1)
        #expect(read(get("/", ("x", long))) == .failure(.tooLong(isHEAD: false)))
        #expect(read(get("/" + long)) == .failure(.tooLong(isHEAD: false)))
        let many = (0...limits.headerFields).map { ("x-\($0)", "") }
        #expect(read(get("/") + many) == .failure(.tooLong(isHEAD: false)))
        let much = (0..<40).map { ("x-\($0)", String(repeating: "a", count: 500)) }
        let head = [(":method", "HEAD"), (":scheme", "https"), (":path", "/"), (":authority", "a")]
        #expect(read(head + much) == .failure(.tooLong(isHEAD: true)))
        #expect(throws: Never.self) { try read(get("/") + many.dropLast()).get() }
    }
}
