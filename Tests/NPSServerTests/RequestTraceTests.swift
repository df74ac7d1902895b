import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import NPSModel
import NPSQueue
import TestSupport
import Testing

@testable import NPSServer

@Suite("A traced request")
struct RequestTraceTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let header = "00-\(trace)-00f067aa0ba902b7-01"

    private func fields(_ values: [String]) throws -> HTTPFields {
        let name = try #require(HTTPField.Name("TraceParent"))
        return HTTPFields(values.map { HTTPField(name: name, value: $0) })
    }

    @Test("has one valid header")
    func reading() throws {
        #expect(RequestTrace.read(try fields([Self.header]))?.traceID == Self.trace)
        #expect(RequestTrace.read(try fields([])) == nil)
        #expect(RequestTrace.read(try fields(["nonsense"])) == nil)
        #expect(RequestTrace.read(try fields([Self.header, Self.header])) == nil)
    }

    @Test("leaves its trace in the log and with the response", arguments: [false, true])
    func kept(isRouted: Bool) async throws {
        let logs = RecordedLogs(level: .info)
        let collector = try CollectorFixture()
        let socket = try ListeningSocket()
        let listener = try PublicListener.make(
            collector.dependencies,
            addresses: [.inherited(InheritedSocket(socket.duplicate(), name: "public"))],
            tls: nil,
            logger: logs.logger
        )
        let body = #"{"id":"traced","email":"ana@example.com","score":9}"#
        var lines = ["POST /webhooks/standard HTTP/1.1", "Host: a", "Content-Length: \(body.utf8.count)"]
        lines += CollectorFixture.signed(body).map { "\($0.name): \($0.value)" } + ["traceparent: \(Self.header)"]
        if isRouted { lines.append("Connection: close") }
        let request = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        try await withService(listener) { _ in
            let answer = try await RawConnection(port: socket.port).send(request)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
        let claims = try await collector.queue.claim(limit: 10, order: .oldest)
        #expect(claims.map(\.trace?.header) == [Self.header])
        let line = try #require(logs.lines.first { $0.contains("/webhooks/") })
        #expect(line.contains("\"trace\": \(Self.trace)"))
        await collector.end()
    }

    @Test("that nobody traces leaves nothing")
    func untraced() async throws {
        let collector = try CollectorFixture()
        let body = #"{"id":"plain","email":"ana@example.com","score":9}"#
        try await collector.publicly { client in
            let sent = try await client.execute(
                uri: "/webhooks/standard",
                method: .post,
                headers: CollectorFixture.signed(body),
                body: ByteBuffer(string: body)
            )
            #expect(sent.status == .ok)
        }
        let claim = try #require(try await collector.queue.claim(limit: 1, order: .oldest).first)
        #expect(claim.trace == nil)
        #expect(try await collector.queue.show(claim.response.id)?.notes == nil)
        await collector.end()
    }
}
