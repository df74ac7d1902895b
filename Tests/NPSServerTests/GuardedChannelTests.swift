import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import NIOEmbedded
import Synchronization
import TestSupport
import Testing

@testable import NPSServer

@Suite("A listener's connections")
struct GuardedChannelTests {
    @Test(
        "a client keeps its address when its connection closes; one whose address could never be read is unknown",
        arguments: [("198.51.100.1", false), ("", false), (nil, true)]
    )
    func peer(address: String?, isUnixSocket: Bool) async throws {
        let channel = NIOAsyncTestingChannel()
        channel.remoteAddress = try address.flatMap { $0.isEmpty ? nil : try SocketAddress(ipAddress: $0, port: 1) }
        let peers = Mutex<[Peer]>([])
        let guarded = GuardedChannel(
            responder: { _, writer, channel in
                (channel as? NIOAsyncTestingChannel)?.remoteAddress = nil
                let source = ApplicationRequestContextSource(channel: channel, logger: .silent)
                peers.withLock { $0.append(CollectorContext(source: source).peer) }
                try await writer.writeResponse(HTTPResponse(status: .ok, headerFields: [.connection: "close"]))
            },
            rules: ConnectionRules(isUnixSocket: isUnixSocket)
        )
        let value = try await channel.testingEventLoop.executeInContext {
            guarded.setup(channel: channel, logger: .silent)
        }.get()
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1))
        async let served: Void = guarded.handle(value: value, logger: .silent)
        try await channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        // It may have closed itself.
        try? await channel.close()
        await served
        #expect(peers.withLock { $0 } == [Peer(testing: address)])
    }

    private func talk(_ talk: @escaping @Sendable (Int) async throws -> Void) async throws {
        let collector = try CollectorFixture()
        try await collector.overConnections(talk)
        await collector.end()
    }

    @Test("a client may wait to be asked for the body of a form")
    func expectation() async throws {
        try await talk { port in
            let form = "score=11"
            let received = try await RawConnection(port: port).converse(
                """
                POST /survey HTTP/1.1\r
                Host: a\r
                Content-Type: application/x-www-form-urlencoded\r
                Content-Length: \(form.utf8.count)\r
                Connection: close\r
                Expect: 100-Continue\r
                \r\n
                """,
                then: [("HTTP/1.1 100 Continue\r\n\r\n", form)]
            )
            #expect(received.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422 "))
        }
    }

    @Test("a delivery that is refused for its head is never asked for its body")
    func refusedExpectation() async throws {
        try await talk { port in
            let received = try await RawConnection(port: port).converse(
                """
                POST /webhooks/standard HTTP/1.1\r
                Host: a\r
                Content-Length: 1000\r
                Expect: 100-continue\r
                \r\n
                """
            )
            #expect(received.hasPrefix("HTTP/1.1 401 "))
        }
    }

    @Test(
        "a browser gets a page whatever is wrong with its request",
        arguments: [
            ("GET /survey HTTP/1.1\r\nHost: a\r\nCookie: \(String(repeating: "a", count: 9_000))", 431),
            ("GET /\(String(repeating: "a", count: 3_000)) HTTP/1.1\r\nHost: a", 414),
            ("GET /survey HTTP/1.1\r\nHost: a\r\nHost: b", 400), ("PUT /survey HTTP/1.1\r\nHost: a", 405),
            ("POST /survey HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 0", 415),
            ("GET /survey HTTP/2.5\r\nHost: a", 400),
        ]
    )
    func pages(head: String, status: Int) async throws {
        try await talk { port in
            let received = try await RawConnection(port: port).converse(
                head + "\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
            )
            #expect(received.hasPrefix("HTTP/1.1 \(status) "))
            #expect(received.contains("\r\nContent-Type: text/html; charset=utf-8\r\n"))
            #expect(received.contains("This request didn’t arrive as it should"))
            #expect(received.contains(#"href="/survey""#))
        }
    }
}
