import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import TestSupport
import Testing

@testable import NPSServer

/// A socket that takes nothing while it is full, and counts how often it is written to and asked for more.
private final class Socket: ChannelOutboundHandler {
    typealias OutboundIn = HTTPResponsePart

    private(set) var flushes = 0
    private(set) var reads = 0
    var isFull = false

    func flush(context: ChannelHandlerContext) {
        flushes += 1
        if !isFull { context.flush() }
    }

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}

/// A connection that answers `/fast` itself. The test answers in place of the router.
private struct Exchange {
    private let channel = EmbeddedChannel()
    let socket = Socket()
    let logs = RecordedLogs()

    init() throws {
        let fast = DirectRoute(template: "/fast", work: .ready(HTTPAnswer(json: "1".utf8)))
        let delivery = DirectRoute(
            template: "/delivery",
            work: .reading { _, _ in HTTPAnswer(json: "1".utf8) }
        )
        let routes = DirectRoutes(
            [{ head, _ in head.path == "/fast" ? fast : head.path == "/delivery" ? delivery : nil }],
            log: AccessLog(listener: "test"),
            logger: logs.logger
        )
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        try channel.pipeline.syncOperations.addHandlers(socket, DirectAnswers(routes: routes, connection: .unknown))
    }

    private func head(_ path: String, _ fields: HTTPFields) -> HTTPRequestPart {
        .head(HTTPRequest(method: .get, scheme: "http", authority: "a", path: path, headerFields: fields))
    }

    func send(_ path: String, _ fields: HTTPFields = [:]) {
        send([path], fields)
    }

    /// All with one read.
    func send(_ paths: [String], _ fields: HTTPFields = [:]) {
        for path in paths {
            channel.pipeline.fireChannelRead(head(path, fields))
            channel.pipeline.fireChannelRead(HTTPRequestPart.end(nil))
        }
        channel.pipeline.fireChannelReadComplete()
    }

    /// A request and the beginning of its body.
    func begin(_ path: String) {
        channel.pipeline.fireChannelRead(head(path, [:]))
        channel.pipeline.fireChannelRead(HTTPRequestPart.body(ByteBuffer(string: "x")))
        channel.pipeline.fireChannelReadComplete()
    }

    /// As the connection does that is ready for more.
    func read() { channel.pipeline.read() }

    func fail(_ error: any Error) { channel.pipeline.fireErrorCaught(error) }

    /// Throws the error that reached the router.
    func throwCaught() throws { try channel.throwIfErrorCaught() }

    /// The socket takes all that it was given.
    func drain() {
        socket.isFull = false
        channel.flush()
    }

    /// What another connection of the same event loop does when it gets its turn.
    func atNextTurn(_ body: @escaping () -> Void) { channel.embeddedEventLoop.assumeIsolated().execute(body) }

    func run() { channel.embeddedEventLoop.run() }

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
        exchange.send("/fast")
        #expect(try exchange.statuses() == [200])
        #expect(try exchange.routed().isEmpty)
    }

    @Test("while the router owes an answer, everything goes to the router, and afterwards no longer")
    func order() throws {
        let exchange = try Exchange()
        exchange.send("/other")
        exchange.send("/fast")
        #expect(try exchange.routed() == ["/other", "/fast"])
        #expect(try exchange.statuses().isEmpty)
        exchange.answerAsRouter()
        exchange.answerAsRouter()
        exchange.send("/fast")
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
        exchange.send("/fast", fields)
        #expect(try exchange.routed() == ["/fast"])
        #expect(try exchange.statuses().isEmpty)
    }

    @Test("behind the request that closes the connection nothing is answered")
    func last() throws {
        let exchange = try Exchange()
        exchange.send("/other", [.connection: "close"])
        exchange.answerAsRouter()
        exchange.send("/fast")
        #expect(try exchange.statuses() == [404])
        #expect(try exchange.routed() == ["/other", "/fast"])
    }

    @Test("the answers to what came with one read go out together")
    func oneFlush() throws {
        let exchange = try Exchange()
        exchange.send(Array(repeating: "/fast", count: 20))
        #expect(try exchange.statuses() == Array(repeating: 200, count: 20))
        #expect(exchange.socket.flushes == 1)
    }

    @Test("after some answers other connections get their turn, and all is answered in order")
    func turns() throws {
        let exchange = try Exchange()
        let paths = Array(repeating: "/fast", count: 100)
        exchange.send(paths + ["/other"])
        exchange.send("/fast")
        var (counts, isRoutedEarly) = ([try exchange.statuses().count], false)
        for _ in 0..<2 {
            exchange.atNextTurn {
                counts.append((try? exchange.statuses().count) ?? -1)
                isRoutedEarly = isRoutedEarly || (try? exchange.routed()) != []
            }
        }
        exchange.run()
        // The test's turns were asked for after the connection's next one, and both before the one after that.
        #expect(counts == [32, 32, 0])
        #expect(!isRoutedEarly)
        #expect(try exchange.statuses() == Array(repeating: 200, count: 36))
        #expect(try exchange.routed() == ["/other", "/fast"])
        exchange.answerAsRouter()
        exchange.answerAsRouter()
        #expect(try exchange.statuses() == [404, 404])
    }

    @Test("thousands of requests that came with one read are all answered")
    func many() throws {
        let exchange = try Exchange()
        exchange.send(Array(repeating: "/fast", count: 10_000))
        exchange.run()
        #expect(try exchange.statuses().count == 10_000)
    }

    @Test("while the client doesn't read its answers, nothing more is answered or read")
    func slowReader() throws {
        let exchange = try Exchange()
        exchange.socket.isFull = true
        exchange.send(["/fast", "/fast"])
        let before = exchange.logs.lines.count
        exchange.send(["/fast", "/other", "/fast"])
        exchange.read()
        exchange.run()
        #expect(try exchange.statuses().isEmpty && exchange.routed().isEmpty)
        #expect(exchange.logs.lines.count == before)
        #expect(exchange.socket.reads == 0)
        exchange.drain()
        exchange.run()
        #expect(exchange.socket.reads == 1)
        #expect(try exchange.statuses() == [200, 200, 200])
        #expect(try exchange.routed() == ["/other", "/fast"])
    }

    @Test("an error behind requests is passed on after their answers")
    func error() throws {
        let exchange = try Exchange()
        exchange.socket.isFull = true
        exchange.send("/fast")
        exchange.send(["/fast", "/other"])
        exchange.fail(HTTPParserError.invalidMethod)
        #expect(try exchange.routed().isEmpty)
        exchange.drain()
        exchange.run()
        #expect(try exchange.statuses() == [200, 200])
        #expect(try exchange.routed() == ["/other"])
        #expect(throws: HTTPParserError.invalidMethod) { try exchange.throwCaught() }
    }

    @Test("a request whose body breaks off is left to the router, which gets to know")
    func cutOff() throws {
        let exchange = try Exchange()
        exchange.begin("/delivery")
        #expect(try exchange.routed().isEmpty)
        exchange.fail(HTTPParserError.invalidEOFState)
        #expect(try exchange.routed() == ["/delivery"])
        #expect(throws: HTTPParserError.invalidEOFState) { try exchange.throwCaught() }
        #expect(exchange.logs.lines.isEmpty)
    }

    @Test("what comes behind a request whose answer is being made waits for it")
    func making() async throws {
        let exchange = try await SlowExchange()
        try await exchange.send(["/slow", "/fast", "/other"])
        try await exchange.send(["/fast"])
        #expect(try await exchange.channel.readOutbound(as: HTTPResponsePart.self) == nil)
        #expect(try await exchange.channel.readInbound(as: HTTPRequestPart.self) == nil)
        exchange.gate.finish()
        var bodies: [String] = []
        while bodies.count < 2 {
            let part = try await exchange.channel.waitForOutboundWrite(as: HTTPResponsePart.self)
            if case .body(let bytes) = part { bodies.append(String(buffer: bytes)) }
        }
        #expect(bodies == ["slow", "fast"])
        var routed: [String] = []
        while routed.count < 2 {
            let part = try await exchange.channel.waitForInboundWrite(as: HTTPRequestPart.self)
            if case .head(let head) = part { routed.append(head.path ?? "") }
        }
        #expect(routed == ["/other", "/fast"])
        _ = try? await exchange.channel.finish()
    }

    @Test("an answer that is made while the socket still has an earlier one is sent, and all goes on")
    func madeWhileFull() async throws {
        let exchange = try await SlowExchange()
        try await exchange.setSocket(isFull: true)
        try await exchange.send(["/fast", "/slow", "/fast"])
        exchange.gate.finish()
        while exchange.logs.lines.count < 2 { await exchange.channel.testingEventLoop.run() }
        #expect(try await exchange.setSocket(isFull: false) == 2)
        var bodies: [String] = []
        while bodies.count < 3 {
            let part = try await exchange.channel.waitForOutboundWrite(as: HTTPResponsePart.self)
            if case .body(let bytes) = part { bodies.append(String(buffer: bytes)) }
        }
        #expect(bodies == ["fast", "slow", "fast"])
        _ = try? await exchange.channel.finish()
    }

    @Test("an answer that is made after its client has gone is logged, not written, and nothing follows it")
    func gone() async throws {
        let exchange = try await SlowExchange()
        try await exchange.send(["/slow", "/fast", "/other"])
        try await exchange.channel.close()
        exchange.gate.finish()
        await exchange.made.wait { $0 }
        // Whatever the answer led to, has happened after another turn of the loop behind it.
        while exchange.logs.lines.isEmpty { await exchange.channel.testingEventLoop.run() }
        #expect(exchange.logs.lines.count == 1 && exchange.logs.lines[0].contains("/slow"))
        #expect(try await exchange.channel.readOutbound(as: HTTPResponsePart.self) == nil)
        #expect(try await exchange.channel.readInbound(as: HTTPRequestPart.self) == nil)
    }
}

/// A connection that answers `/fast` at once, and `/slow` when the gate opens.
private struct SlowExchange: Sendable {
    let channel = NIOAsyncTestingChannel()
    let gate: AsyncStream<Void>.Continuation
    /// Whether the slow answer is there.
    let made = Observed(false)
    let logs = RecordedLogs()
    private let socket: NIOLoopBound<Socket>

    init() async throws {
        let (opened, gate) = AsyncStream.makeStream(of: Void.self)
        self.gate = gate
        let made = made
        let slow = DirectRoute(
            template: "/slow",
            work: .reading { _, _ in
                for await _ in opened {}
                made.update { $0 = true }
                return HTTPAnswer(.ok, fields: [:], body: ByteBuffer(string: "slow"))
            }
        )
        let fast = DirectRoute(
            template: "/fast",
            work: .ready(HTTPAnswer(.ok, fields: [:], body: ByteBuffer(string: "fast")))
        )
        let routes = DirectRoutes(
            [{ head, _ in ["/fast": fast, "/slow": slow][head.path ?? ""] }],
            log: AccessLog(listener: "test"),
            logger: logs.logger
        )
        let channel = channel
        socket = try await channel.testingEventLoop.executeInContext {
            let socket = Socket()
            let handlers: [any ChannelHandler] = [socket, DirectAnswers(routes: routes, connection: .unknown)]
            try channel.pipeline.syncOperations.addHandlers(handlers)
            return NIOLoopBound(socket, eventLoop: channel.eventLoop)
        }
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1))
    }

    /// - Returns: how often the socket has been written to.
    @discardableResult
    func setSocket(isFull: Bool) async throws -> Int {
        let (channel, socket) = (channel, socket)
        return try await channel.testingEventLoop.executeInContext {
            socket.value.isFull = isFull
            let flushes = socket.value.flushes
            if !isFull { channel.flush() }
            return flushes
        }
    }

    /// All with one read.
    func send(_ paths: [String]) async throws {
        let channel = channel
        try await channel.testingEventLoop.executeInContext {
            for path in paths {
                let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: path)
                channel.pipeline.fireChannelRead(HTTPRequestPart.head(head))
                channel.pipeline.fireChannelRead(HTTPRequestPart.end(nil))
            }
            channel.pipeline.fireChannelReadComplete()
        }
    }
}
