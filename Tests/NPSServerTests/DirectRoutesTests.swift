import Foundation
import HTTPTypes
import Logging
import NIOCore
import NPSModel
import NPSSurvey
import TestSupport
import Testing

@testable import NPSServer

/// Each request is sent to two collectors: one whose connections answer what they can themselves, one that leaves
/// everything to the router. Nobody may see a difference.
@Suite("What connections answer themselves")
struct DirectRoutesTests {
    private let keys: LinkKeys

    init() throws {
        keys = try LinkKeys(["k1:" + Base64URL.encode((0..<32).map { UInt8($0) })])
    }

    private static let pinged = "preset: formbricks\nunsigned_ping: {event: testEndpoint}\n"

    private struct Seen: Equatable {
        var received: [String] = []
        var metrics = ""
        var logged: [String] = []
    }

    /// What the client and the operator see of these conversations, each on a connection of its own.
    private func seen(
        _ conversations: [String],
        below basePath: String = "",
        directly: Bool,
        limits: ConnectionLimits = .patient
    ) async throws -> Seen {
        var collector = try CollectorFixture(
            publicURL: "http://127.0.0.1:8080" + basePath,
            files: ["formbricks": Self.pinged]
        )
        collector.dependencies.linkKeys = keys
        let logs = RecordedLogs(level: .info)
        let received = Observed<[String]>([])
        try await collector.overConnections(answersDirectly: directly, limits: limits, logger: logs.logger) { port in
            for text in conversations {
                let answer = try await RawConnection(port: port).converse(text)
                // What differs from one form to the next, and always has the same length.
                let varying = /\r\nDate: [^\r]*|name="(nonce|issued)" value="[^"]*"/
                received.update { $0.append(answer.replacing(varying, with: "")) }
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

    /// All forms that connections show themselves, and what only looks like them.
    private func forms(below basePath: String) throws -> [String] {
        let (token, expired) = (try token(expiringIn: 3_600), try token(expiringIn: -1))
        let paths =
            ["/survey", "/survey/", "/survey/x", "/survey/thanks", "/survey?lang=de", "/s", "/s/", "/s/\(token)"]
            + ["9", "x", "11", "", "thanks", "9/", "9/9"].map { "/s/\(token)/\($0)" }
            + ["/s/\(expired)", "/s/\(expired)/9", "/s/unknown", "/s/unknown/9", "/s/thanks", "/s//\(token)"]
            + [
                "/s/s/\(token)", "/s/s/\(token)/9", "/s/x/s/\(token)", "/s/x", "/s/x/9", "/s/survey",
                "/s/webhooks/standard",
            ]
            + ["/s/%73/\(token)", "/s/\(token)%20", "/s/\(token)?lang=de"]
        let below = basePath.isEmpty ? [] : [basePath] + paths.map { basePath + $0 }
        return (paths + below).map { request("GET " + $0, [.acceptLanguage: "de"]) + last }
            + ["HEAD /s/\(token)", "HEAD /survey", "PUT /s/\(token)"].map { request($0) + last }
            + [(1...3).map { request("GET /s/\(token)/\($0)") }.joined() + last]
    }

    private func token(expiringIn seconds: TimeInterval) throws -> String {
        let claims = try LinkClaims(
            id: "c-17",
            email: EmailAddress("ana@example.com"),
            expiresAt: CollectorFixture.now.addingTimeInterval(seconds),
            issuedAt: CollectorFixture.now.addingTimeInterval(-7_200)
        )
        return try keys.mint(claims)
    }

    @Test("forms are those of the router, wherever the public address lies", arguments: ["", "/a/b", "/s", "/s/x"])
    func sameForms(basePath: String) async throws {
        let conversations = try forms(below: basePath)
        let directly = try await seen(conversations, below: basePath, directly: true)
        let routed = try await seen(conversations, below: basePath, directly: false)
        for (index, conversation) in conversations.enumerated() {
            #expect(directly.received[index] == routed.received[index], "\(conversation)")
        }
        #expect(directly.metrics == routed.metrics)
        #expect(directly.logged.sorted() == routed.logged.sorted())
        // The link and the form work where the public address leads.
        let token = try token(expiringIn: 3_600)
        let opened = ["/survey", "/s/\(token)", "/s/\(token)/9"].map { request("GET " + basePath + $0) + last }
        let pages = try await seen(opened, below: basePath, directly: true).received
        #expect(pages.allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") && $0.contains("<form") })
    }

    /// Of a request that never came whole, the router logs and counts nothing.
    @Test("a delivery that is cut off leaves the traces that it leaves with the router", arguments: [true, false])
    func cutOff(isSlow: Bool) async throws {
        let body = #"{"id":"r1","email":"ana@example.com","score":9}"# + String(repeating: " ", count: 4_000)
        let whole = delivery(body)
        let part = String(whole.dropLast(isSlow ? 3_900 : 1))
        var limits = ConnectionLimits.patient
        limits.linger = .milliseconds(1)
        if isSlow { limits.wholeRequest = .milliseconds(100) } else { limits.bodies = 8_192 }
        let directly = try await seen([part], directly: true, limits: limits)
        let routed = try await seen([part], directly: false, limits: limits)
        #expect(directly.received == routed.received)
        #expect(routed.received.allSatisfy { isSlow ? $0.isEmpty : $0.hasPrefix("HTTP/1.1 503 ") })
        #expect(directly.metrics == routed.metrics)
        #expect(directly.logged == routed.logged)
        #expect(routed.logged.isEmpty && !routed.metrics.contains("nps_webhook_deliveries_total{"))
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
