import Foundation
import HTTPTypes
import Logging
import NIOCore
import TestSupport
import Testing

@testable import NPSServer

/// Each request is sent to two collectors: one whose connections answer what they can themselves, one that leaves
/// everything to the router. Nobody may see a difference.
@Suite("What connections answer themselves")
struct DirectRoutesTests {
    private static let pinged = "preset: formbricks\nunsigned_ping: {event: testEndpoint}\n"

    private struct Seen: Equatable {
        var received: [String] = []
        var metrics = ""
        var logged: [String] = []
    }

    /// What the client and the operator see of these conversations, each on a connection of its own.
    private func seen(_ conversations: [String], below basePath: String, directly: Bool) async throws -> Seen {
        let collector = try CollectorFixture(
            publicURL: "http://127.0.0.1:8080" + basePath,
            files: ["formbricks": Self.pinged]
        )
        let logs = RecordedLogs(level: .info)
        let received = Observed<[String]>([])
        try await collector.overConnections(answersDirectly: directly, logger: logs.logger) { port in
            for text in conversations {
                let answer = try await RawConnection(port: port).converse(text)
                received.update { $0.append(answer.replacing(/\r\nDate: [^\r]*/, with: "")) }
            }
        }
        let logged = logs.lines.filter { $0.contains("request") }.map { line in
            let entries = line.replacing(/"us": [^,\]]*|"hb.request.id": [^,\]]*/, with: "").split(
                separator: /[\[\],] */
            )
            return entries.map { $0.trimmingPrefix(" ") }.filter { !$0.isEmpty }.sorted().joined(separator: " ")
        }
        let result = Seen(received: received.value, metrics: collector.metrics.text(), logged: logged)
        await collector.end()
        return result
    }

    private func request(_ line: String, _ fields: HTTPFields = [:], _ body: String? = nil) -> String {
        var lines = [line + " HTTP/1.1", "Host: a"] + fields.map { "\($0.name): \($0.value)" }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return (lines + ["", body ?? ""]).joined(separator: "\r\n")
    }

    private let last = "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    private func delivery(
        _ body: String,
        _ fields: HTTPFields? = nil,
        to path: String = "/webhooks/standard",
        _ more: HTTPFields = [:]
    ) -> String {
        request("POST " + path, (fields ?? CollectorFixture.signed(body)) + more, body)
    }

    private var conversations: [String] {
        let body = #"{"id":"r1","email":"ana@example.com","score":9,"comment":"Fast"}"#
        let wrong = #"{"id":"r2","email":"ana at example","score":11}"#
        let batch = #"[{"id":"a","email":"a@example.com","score":1},{"id":"b","score":2}]"#
        let other = delivery(body, CollectorFixture.signed(body + " "))
        let requests =
            ["/livez", "/healthz", "/livez?x", "/livez/", "/nothing"].map { request("GET " + $0) }
            + ["HEAD /livez", "POST /livez", "GET /webhooks/standard", "PUT /webhooks/standard"].map { request($0) }
            + [request("GET /livez", [:], "x"), request("GET /livez", [.acceptLanguage: "de", .accept: "text/html"])]
            + [delivery(body), delivery(body), delivery(body.replacing("9", with: "3")), other, delivery(wrong)]
            + [delivery(batch), delivery("{}"), delivery("no JSON"), delivery(""), delivery(body, [:])]
            + ["/webhooks/none", "/webhooks/", "/webhooks/standard/", "/webhooks/st%61ndard", "/webhooks/standard?a=b"]
            .map { delivery(body, to: $0) }
            + ["/a/b/webhooks/standard", "/a/webhooks/standard", "/a/b/livez"].map { delivery(body, to: $0) }
            + [delivery(body, nil, to: "/webhooks/standard", [.contentEncoding: "gzip"])]
            + [delivery(body, nil, to: "/webhooks/standard", [.contentEncoding: "utf-8"])]
            + [
                delivery(#"{"event":"testEndpoint"}"#, [:], to: "/webhooks/formbricks"),
                delivery("{}", [:], to: "/webhooks/formbricks"),
            ]
        return requests.map { $0 + last } + [
            // Answers come in the order of the requests, whoever gives them.
            delivery(body) + request("GET /livez") + request("GET /nothing") + delivery(body) + last,
            request("GET /nothing") + request("GET /livez") + request("GET /nothing") + last,
            // What can't be read, behind what can.
            delivery(body) + "rubbish\r\n\r\n",
            request("POST /webhooks/standard", CollectorFixture.signed(body), String(repeating: " ", count: 70_000))
                + last,
        ]
    }

    @Test("answers, metrics and log lines are those of the router", arguments: ["", "/a/b"])
    func same(basePath: String) async throws {
        let directly = try await seen(conversations, below: basePath, directly: true)
        let routed = try await seen(conversations, below: basePath, directly: false)
        #expect(directly.received == routed.received)
        #expect(directly.metrics == routed.metrics)
        #expect(directly.logged.sorted() == routed.logged.sorted())
        #expect(directly.received.joined().contains(#"{"status":"accepted""#))
    }

    @Test("a client that has closed its side gets the answers to all that it sent")
    func halfClosed() async throws {
        let body = #"{"id":"r1","email":"ana@example.com","score":9}"#
        let text = delivery(body) + String(repeating: request("GET /livez"), count: 200)
        let collector = try CollectorFixture()
        try await collector.overConnections { port in
            let received = try await RawConnection(port: port).send(text)
            #expect(received.ranges(of: "HTTP/1.1 200 OK").count == 201)
        }
        await collector.end()
    }

    @Test("the header Date is as RFC 9110 has it", arguments: [0, 784_111_777, 951_782_400, 4_102_444_799])
    func date(second: Int) {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        #expect(HTTPDate.text(second) == format.string(from: Date(timeIntervalSince1970: Double(second))))
    }
}
