import Foundation
import HTTPTypes
import NIOCore
import NPSSurvey
import Testing

@testable import NPSServer

@Suite("A connection under guard")
struct ConnectionGuardTests {
    private static let page = "text/html,*/*;q=0.8"

    private func rules(_ change: (inout ConnectionLimits) -> Void = { _ in }) throws -> ConnectionRules {
        var limits = ConnectionLimits()
        change(&limits)
        let pages = try SurveyPages(subject: "Acme", basePath: "", publicDirectory: nil)
        return ConnectionRules(limits: limits, errorPages: ErrorPages(pages: pages, basePath: ""))
    }

    private func head(_ line: String, _ fields: String...) -> String {
        ([line + " HTTP/1.1", "Host: a"] + fields + ["", ""]).joined(separator: "\r\n")
    }

    @Test(
        "any request's body takes from its client's share, also that of a GET before others",
        arguments: ["GET", "HEAD"]
    )
    func share(method: String) throws {
        // A share is 1,024 bytes.
        let rules = try rules { $0.bodies = 8_192 }
        let connection = try TestConnection(rules)
        connection.send(head("\(method) /livez", "Content-Length: 1") + "x")
        connection.send(head("POST /webhooks/x", "Content-Length: 5000") + String(repeating: "x", count: 1_023))
        let networks = ClientNetwork.containing(try #require(IPAddress("198.51.100.1")))
        #expect(!rules.budget.take(1, afterTaking: 0, for: networks))
        #expect(rules.budget.take(1, afterTaking: 0, for: ClientNetwork.containing(try #require(IPAddress("::1")))))
    }

    @Test("a client without an address has a share as well")
    func unknownShare() throws {
        let rules = try rules { $0.bodies = 8_192 }
        let connection = try TestConnection(rules, from: "")
        connection.send(head("POST /survey", "Content-Length: 5000") + String(repeating: "x", count: 1_024))
        #expect(!rules.budget.take(1, afterTaking: 0, for: Peer.unknown.networks))
    }

    @Test("a body that there is no memory for is refused with a page or a document, and the client may read it")
    func noRoom() throws {
        let rules = try rules { $0.bodies = 8_192 }
        for (accept, type) in [(Self.page, "text/html"), ("*/*", "application/problem+json")] {
            let connection = try TestConnection(rules)
            let fields = ["Content-Length: 5000", "Accept: \(accept)", "Accept-Language: de"]
            connection.send(
                head("POST /survey", fields[0], fields[1], fields[2]) + String(repeating: "x", count: 2_000)
            )
            let answer = try connection.received()
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.contains("\r\nContent-Type: \(type)"))
            #expect(answer.contains("\r\nRetry-After: 5\r\n") && answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.contains("lang=\"de\"") == (type == "text/html"))
            connection.send(String(repeating: "x", count: 2_000))
            #expect(connection.isOpen)
            connection.advance(by: 1)
            #expect(!connection.isOpen)
            #expect(try connection.received().isEmpty)
        }
    }

    @Test("a refused HEAD has no content")
    func refusedHead() throws {
        let connection = try TestConnection(try rules { $0.bodies = 8_192 })
        connection.send(head("HEAD /survey", "Content-Length: 5000") + String(repeating: "x", count: 2_000))
        let answer = try connection.received()
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "a header that is too long is 431, what is no HTTP 400, each with a page, and the connection ends",
        arguments: [
            ("GET /survey HTTP/1.1\r\nX-Long: " + String(repeating: "a", count: 9_000) + "\r\n\r\n", 431),
            ("GET /survey HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 101) + "\r\n", 431),
            ("GET /" + String(repeating: "a", count: 9_000) + " HTTP/1.1\r\n\r\n", 431),
            ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
        ]
    )
    func unreadable(request: String, status: Int) throws {
        let connection = try TestConnection(try rules())
        connection.send(request)
        // At once, whenever Hummingbird's task gets its turn.
        let answer = try connection.received()
        connection.answer(.badRequest)
        #expect(try connection.received().isEmpty)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains("\r\nConnection: close\r\n") && answer.contains("\r\nContent-Type: text/html"))
        #expect(answer.hasSuffix("</html>\n"))
        connection.advance(by: 1)
        #expect(!connection.isOpen)
    }

    @Test("a listener without pages refuses with a document")
    func unreadableForPrograms() throws {
        let connection = try TestConnection(ConnectionRules())
        connection.send("GET / HTTP/1.1\r\nX-Long: " + String(repeating: "a", count: 9_000) + "\r\n\r\n")
        let answer = try connection.received()
        #expect(answer.hasPrefix("HTTP/1.1 431 ") && answer.contains("application/problem+json"))
    }

    @Test("a route's own 400 stays as it is")
    func own400() throws {
        let connection = try TestConnection(try rules())
        connection.send(head("GET /survey"))
        connection.answer(.badRequest)
        #expect(try connection.received() == "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("bytes that are no HTTP don't cut off the answers to the requests before them")
    func unreadableAfterRequests() throws {
        let connection = try TestConnection(try rules())
        connection.send(head("GET /livez") + head("GET /livez") + "\u{16}\u{3}\u{1}\r\n\r\n")
        connection.advance(by: 5)
        connection.answer()
        connection.advance(by: 5)
        connection.answer()
        connection.answer(.badRequest)
        let answers = try connection.received().components(separatedBy: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(answers == ["", "200", "200", "400"])
        connection.advance(by: 1)
        #expect(!connection.isOpen)
    }

    @Test(
        "after a connection's last request nothing is answered, and the last answer says so",
        arguments: [
            "GET /survey HTTP/1.1\r\nHost: a b\r\n\r\n", "GET /survey HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n",
            "POST /survey HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ]
    )
    func behindTheLast(request: String) throws {
        let connection = try TestConnection(try rules())
        connection.send(request + head("GET /livez"))
        connection.answer()
        connection.send(head("GET /livez") + "\u{16}\u{3}\u{1}\r\n\r\n")
        let answer = try connection.received()
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
        connection.advance(by: 1)
        #expect(!connection.isOpen)
    }

    @Test("an answer that the socket hasn't taken yet is not cut off for another connection")
    func answerInFlight() throws {
        let rules = try rules { $0.connectionsPerClient = 1 }
        let first = try TestConnection(rules)
        first.send(head("GET /livez"))
        first.answer(isFlushed: false)
        #expect(try !TestConnection(rules).isOpen)
        #expect(first.isOpen)
        first.flush()
        #expect(try first.received().hasPrefix("HTTP/1.1 200 "))
        #expect(try TestConnection(rules).isOpen)
        #expect(!first.isOpen)
    }

    @Test("a connection that was asked to give way as a request came does so once its answer is out")
    func givesWayLater() throws {
        let rules = try rules { $0.connectionsPerClient = 1 }
        let first = try TestConnection(rules)
        let second = try TestConnection(rules)
        first.send(head("GET /livez"))
        first.answer(isFlushed: false)
        #expect(second.isOpen && first.isOpen)
        first.flush()
        #expect(!first.isOpen)
        #expect(try first.received().hasPrefix("HTTP/1.1 200 "))
    }

    private static let expectation = "Expect: 100-continue"

    @Test("a client that waits to be asked for the body is asked once, when a handler wants it")
    func expected() throws {
        let connection = try TestConnection(try rules())
        connection.send(head("POST /survey", "Content-Length: 2", Self.expectation))
        #expect(try connection.received().isEmpty)
        for _ in 0..<2 { connection.askForBody() }
        #expect(try connection.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        connection.send("ab")
        connection.answer()
        #expect(try connection.received() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        // The connection goes on.
        connection.send(head("GET /livez"))
        connection.answer()
        #expect(try connection.received().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("a request that is refused for its head is never asked for its body")
    func refusedExpectation() throws {
        let connection = try TestConnection(try rules())
        connection.send(head("POST /survey", "Content-Length: 2", Self.expectation))
        connection.answer(.unauthorized)
        connection.askForBody()
        let answer = try connection.received()
        #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.contains("Connection: close"))
        #expect(!answer.contains("100 Continue"))
    }

    @Test("who doesn't wait is not asked")
    func unexpected() throws {
        let rules = try rules()
        for request in [
            head("POST /survey", "Content-Length: 2"),
            head("POST /survey", "Content-Length: 2", Self.expectation) + "a",
            head("POST /survey", "Content-Length: 2", Self.expectation) + "ab",
            "POST /survey HTTP/1.0\r\nContent-Length: 2\r\n\(Self.expectation)\r\n\r\n",
        ] {
            let connection = try TestConnection(rules)
            connection.send(request)
            connection.askForBody()
            #expect(try connection.received().isEmpty)
        }
    }

    @Test("a pipelined request is asked for its body after the answer to the one before it")
    func pipelinedExpectation() throws {
        let connection = try TestConnection(try rules())
        connection.send(head("GET /livez") + head("POST /survey", "Content-Length: 2", Self.expectation))
        connection.askForBody()
        #expect(try connection.received().isEmpty)
        connection.answer()
        connection.askForBody()
        #expect(
            try connection.received() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        )
    }

    @Test("a large body that stops coming is cut off long before a small one")
    func stalledBody() throws {
        let rules = try rules()
        let (small, large) = (try TestConnection(rules), try TestConnection(rules))
        for (connection, count) in [(small, 1_000), (large, 200_000)] {
            connection.send(head("POST /webhooks/x", "Content-Length: 1000000") + String(repeating: "x", count: count))
            connection.advance(by: 4)
            connection.send("x")
            connection.advance(by: 1)
        }
        #expect(small.isOpen && !large.isOpen)
        small.advance(by: 6)
        #expect(small.isOpen)
        small.advance(by: 1)
        #expect(!small.isOpen)
    }

    @Test("a large body that goes on coming has the whole time of a request")
    func steadyBody() throws {
        let connection = try TestConnection(try rules())
        connection.send(head("POST /webhooks/x", "Content-Length: 1000000") + String(repeating: "x", count: 200_000))
        for _ in 0..<7 {
            connection.advance(by: 4)
            connection.send(String(repeating: "x", count: 41_000))
        }
        #expect(connection.isOpen)
        connection.advance(by: 2)
        #expect(!connection.isOpen)
    }

    @Test("a connection whose client took its answer idles for as long as it may")
    func idle() throws {
        let connection = try TestConnection(try rules())
        connection.send(head("GET /livez"))
        connection.answer()
        connection.advance(by: 74)
        #expect(connection.isOpen)
        connection.advance(by: 1)
        #expect(!connection.isOpen)
    }
}
