import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import NPSServer

@Suite("What the edge counts")
struct EdgeCountersTests {
    private let registry = MetricsRegistry()

    private func rules(_ change: (inout ConnectionLimits) -> Void = { _ in }) -> ConnectionRules {
        var limits = ConnectionLimits()
        change(&limits)
        return ConnectionRules(limits: limits, edge: EdgeCounters(listener: "public", factory: registry))
    }

    private func head(_ line: String, _ fields: String...) -> String {
        ([line + " HTTP/1.1", "Host: a"] + fields + ["", ""]).joined(separator: "\r\n")
    }

    /// The series of this metric that aren't 0, by the last label.
    private func counts(_ name: String = "nps_edge_refusals_total") -> [String: Int] {
        registry.text().split(separator: "\n").reduce(into: [:]) { result, line in
            guard line.hasPrefix(name + "{"), let label = line.split(separator: "\"").dropLast().last,
                let value = line.split(separator: " ").last.flatMap({ Int($0) }), value != 0
            else { return }
            result[String(label)] = value
        }
    }

    @Test("a client that sends nothing, or half a head, is too slow with the head")
    func slowHead() throws {
        for text in ["", "GET / HT"] {
            let connection = try TestConnection(rules())
            connection.send(text)
            connection.advance(by: 10)
            #expect(!connection.isOpen)
        }
        #expect(counts() == ["slowHead": 2])
    }

    @Test("a body that doesn't come, and an answer that nobody writes, have causes of their own")
    func slow() throws {
        let body = try TestConnection(rules())
        body.send(head("POST /survey", "Content-Length: 9") + "x")
        let answer = try TestConnection(rules())
        answer.send(head("GET /survey"))
        for connection in [body, answer] {
            connection.advance(by: 31)
            #expect(!connection.isOpen)
        }
        #expect(counts() == ["slowBody": 1, "slowAnswer": 1])
    }

    @Test("a connection that idles between requests until it is closed was not refused")
    func idle() throws {
        let connection = try TestConnection(rules())
        connection.send(head("GET /livez"))
        connection.answer()
        connection.advance(by: 75)
        #expect(!connection.isOpen)
        #expect(counts().isEmpty)
    }

    @Test(
        "what can't be read counts once, whatever comes after it",
        arguments: [
            ("GET /survey HTTP/1.1\r\nX: " + String(repeating: "a", count: 9_000) + "\r\n\r\n", "headTooLong"),
            ("\u{16}\u{3}\u{1}\r\n\r\n", "unreadable"),
        ]
    )
    func unreadable(text: String, cause: String) throws {
        let connection = try TestConnection(rules())
        connection.send(text)
        connection.send(text)
        connection.advance(by: 1)
        #expect(!connection.isOpen)
        #expect(counts() == [cause: 1])
    }

    @Test("a client that goes away in the middle of a request was not refused")
    func gone() throws {
        let connection = try TestConnection(rules())
        connection.send(head("POST /survey", "Content-Length: 9") + "x")
        connection.close()
        #expect(counts().isEmpty)
        #expect(counts("nps_edge_connections_open").isEmpty)
        #expect(counts("nps_edge_connections_opened_total") == ["public": 1])
    }

    @Test("bodies over the budget and in too many parts are counted, and don't count as slow after that")
    func bodies() throws {
        let large = try TestConnection(rules { $0.bodies = 8_192 })
        large.send(head("POST /survey", "Content-Length: 5000") + String(repeating: "x", count: 2_000))
        let small = try TestConnection(rules())
        small.send(head("POST /survey", "Transfer-Encoding: chunked") + String(repeating: "1\r\nx\r\n", count: 5_000))
        for connection in [large, small] {
            connection.advance(by: 40)
            #expect(!connection.isOpen)
        }
        #expect(counts() == ["noRoom": 1, "tooManyParts": 1])
    }

    @Test("open connections are counted until they close; one over its client's limit is refused")
    func connections() throws {
        let rules = rules { $0.connectionsPerClient = 1 }
        let first = try TestConnection(rules)
        first.send(head("GET /livez"))
        #expect(try !TestConnection(rules).isOpen)
        #expect(counts() == ["clientConnections": 1])
        #expect(counts("nps_edge_connections_open") == ["public": 1])
        #expect(counts("nps_edge_connections_limit") == ["public": 10_000])
        first.close()
        #expect(counts("nps_edge_connections_open").isEmpty)
        #expect(counts("nps_edge_connections_opened_total") == ["public": 1])
    }

    @Test(
        "an answer's status tells what the edge refused",
        arguments: [
            (200, "public", nil), (422, "public", nil), (503, "public", nil), (404, "public", nil),
            (413, "public", "bodyTooLarge"), (414, "public", "addressTooLong"), (429, "public", "rate"),
            (401, "public", "signature"), (401, "admin", "adminToken"),
        ] as [(Int, String, String?)]
    )
    func statuses(status: Int, listener: String, cause: String?) {
        EdgeCounters(listener: listener, factory: registry).answered(HTTPResponse.Status(code: status))
        #expect(counts() == (cause.map { [$0: 1] } ?? [:]))
    }
}
