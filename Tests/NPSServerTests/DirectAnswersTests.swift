import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import TestSupport
import Testing

@testable import NPSServer

/// A connection that answers `/fast` itself. The test answers in place of the router.
private struct Exchange {
    private let channel = EmbeddedChannel()

    init() throws {
        let fast = DirectRoute(template: "/fast", work: .ready(HTTPAnswer(json: "1".utf8)))
        let routes = DirectRoutes(
            [{ head, _ in head.path == "/fast" ? fast : nil }],
            log: AccessLog(listener: "test"),
            logger: .silent
        )
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        try channel.pipeline.syncOperations.addHandler(DirectAnswers(routes: routes, peer: .unknown))
    }

    func send(_ path: String, _ fields: HTTPFields = [:]) throws {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: path, headerFields: fields)
        channel.pipeline.fireChannelRead(HTTPRequestPart.head(head))
        channel.pipeline.fireChannelRead(HTTPRequestPart.end(nil))
        channel.pipeline.fireChannelReadComplete()
    }

    /// The paths that reached the router since the last time.
    func routed() throws -> [String] {
        var paths: [String] = []
        while let part = try channel.readInbound(as: HTTPRequestPart.self) {
            if case .head(let head) = part { paths.append(head.path ?? "") }
        }
        return paths
    }

    func answerAsRouter() {
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .notFound)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
    }

    /// The statuses of the answers since the last time.
    func statuses() throws -> [Int] {
        var statuses: [Int] = []
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
            if case .head(let head) = part { statuses.append(head.status.code) }
        }
        return statuses
    }
}

@Suite("Requests that a connection answers itself")
struct DirectAnswersTests {
    @Test("a request with a direct route never reaches the router")
    func direct() throws {
        let exchange = try Exchange()
        try exchange.send("/fast")
        #expect(try exchange.statuses() == [200])
        #expect(try exchange.routed().isEmpty)
    }

    @Test("while the router owes an answer, everything goes to the router, and afterwards no longer")
    func order() throws {
        let exchange = try Exchange()
        try exchange.send("/other")
        try exchange.send("/fast")
        #expect(try exchange.routed() == ["/other", "/fast"])
        #expect(try exchange.statuses().isEmpty)
        exchange.answerAsRouter()
        exchange.answerAsRouter()
        try exchange.send("/fast")
        #expect(try exchange.routed().isEmpty)
        #expect(try exchange.statuses() == [404, 404, 200])
    }

    @Test(
        "what is unusual about a request is left to the router",
        arguments: [
            [.connection: "close"], [.expect: "100-continue"], [.transferEncoding: "chunked"],
            [.contentEncoding: "gzip"],
        ] as [HTTPFields]
    )
    func unusual(fields: HTTPFields) throws {
        let exchange = try Exchange()
        try exchange.send("/fast", fields)
        #expect(try exchange.routed() == ["/fast"])
        #expect(try exchange.statuses().isEmpty)
    }

    @Test("behind the request that closes the connection nothing is answered")
    func last() throws {
        let exchange = try Exchange()
        try exchange.send("/other", [.connection: "close"])
        exchange.answerAsRouter()
        try exchange.send("/fast")
        #expect(try exchange.statuses() == [404])
        #expect(try exchange.routed() == ["/other", "/fast"])
    }
}
