import NIOCore
import NIOEmbedded
import NIOTLS
import Testing

@testable import NPSServer

@Suite("A connection before its TLS handshake is done")
struct HandshakeGuardTests {
    /// What TLS would do, the test does.
    private struct Connection {
        let channel = EmbeddedChannel()
        let ready: EventLoopFuture<HTTPProtocol>

        /// - Parameter begin: adds what follows.
        init(
            _ rules: ConnectionRules,
            begin: @escaping (any Channel, HTTPProtocol, ConnectionPlace) throws -> Void = { $2.leave() }
        ) throws {
            let promise = channel.eventLoop.makePromise(of: HTTPProtocol.self)
            ready = promise.futureResult
            channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
            let peer = Peer(testing: "198.51.100.1")
            try channel.pipeline.syncOperations.addHandler(
                HandshakeGuard(peer: peer, rules: rules, ready: promise) { [channel] version, place in
                    try begin(channel, version, place)
                    return version
                }
            )
        }

        var isOpen: Bool {
            channel.embeddedEventLoop.run()
            return channel.isActive
        }

        func complete(_ name: String?) {
            channel.pipeline.fireUserInboundEventTriggered(
                TLSUserEvent.handshakeCompleted(negotiatedProtocol: name)
            )
        }

        func advance(by seconds: Int64) {
            channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
        }
    }

    private struct Broken: Error {}

    /// Whether a client may open one more of its one connection.
    private func isFree(_ rules: ConnectionRules) throws -> Bool {
        let channel = EmbeddedChannel()
        let place = ConnectionPlace(of: Peer(testing: "198.51.100.1"), on: channel, under: rules)
        place?.leave()
        return place != nil
    }

    private func rules() -> ConnectionRules {
        var limits = ConnectionLimits()
        limits.connectionsPerClient = 1
        return ConnectionRules(limits: limits)
    }

    @Test("has ten seconds for it, and then makes room for others")
    func deadline() throws {
        let rules = rules()
        let connection = try Connection(rules)
        connection.advance(by: 9)
        #expect(connection.isOpen)
        connection.advance(by: 1)
        #expect(!connection.isOpen)
        #expect(throws: ChannelError.self) { try connection.ready.wait() }
        #expect(try isFree(rules))
    }

    @Test("has a second when the listener stops")
    func drain() throws {
        let connection = try Connection(rules())
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(connection.isOpen)
        connection.advance(by: 1)
        #expect(!connection.isOpen)
        #expect(throws: ChannelError.self) { try connection.ready.wait() }
    }

    @Test("ends with its client")
    func inputClosed() throws {
        let rules = rules()
        let connection = try Connection(rules)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!connection.isOpen)
        #expect(throws: ChannelError.self) { try connection.ready.wait() }
        #expect(try isFree(rules))
    }

    @Test("gives way to another of its client")
    func givingWay() throws {
        let rules = rules()
        let connection = try Connection(rules)
        #expect(try isFree(rules))
        #expect(!connection.isOpen)
        #expect(throws: ChannelError.self) { try connection.ready.wait() }
    }

    @Test(
        "goes on with what was agreed on, with HTTP/1.1 where nothing was, and the handshake's deadline is over",
        arguments: [("h2", .http2), ("http/1.1", .http1), (nil, .http1)] as [(String?, HTTPProtocol)]
    )
    func agreed(name: String?, version: HTTPProtocol) throws {
        let connection = try Connection(rules())
        connection.complete(name)
        #expect(try connection.ready.wait() == version)
        connection.advance(by: 60)
        #expect(connection.isOpen)
        #expect(throws: (any Error).self) {
            try connection.channel.pipeline.syncOperations.handler(
                type: HandshakeGuard<HTTPProtocol>.self
            )
        }
        _ = try connection.channel.finish()
    }

    @Test("keeps its time, and its place, for the first request on HTTP/1.1")
    func firstRequest() throws {
        let rules = rules()
        let connection = try Connection(rules) { channel, _, place in
            try channel.pipeline.syncOperations.addHTTP(rules)
            let guarding = ConnectionGuard(
                peer: Peer(testing: "198.51.100.1"),
                rules: rules,
                place: place
            )
            try channel.pipeline.syncOperations.addHandler(guarding)
        }
        connection.advance(by: 9)
        connection.complete(nil)
        #expect(connection.isOpen)
        connection.advance(by: 1)
        #expect(!connection.isOpen)
        #expect(try isFree(rules))
    }

    @Test("tells who follows that the listener stops")
    func drainPassedOn() throws {
        final class Follower: ChannelInboundHandler {
            typealias InboundIn = ByteBuffer
            var events: [Any] = []
            func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
                events.append(event)
            }
        }
        let follower = Follower()
        let connection = try Connection(rules()) { channel, _, _ in
            try channel.pipeline.syncOperations.addHandler(follower)
        }
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        connection.complete("h2")
        #expect(follower.events.count == 1 && follower.events.first is ChannelShouldQuiesceEvent)
        _ = try connection.channel.finish()
    }

    @Test("closes where what should follow can't be added")
    func broken() throws {
        let rules = rules()
        let connection = try Connection(rules) { _, _, _ in throw Broken() }
        connection.complete("h2")
        #expect(!connection.isOpen)
        #expect(throws: (any Error).self) { try connection.ready.wait() }
        #expect(try isFree(rules))
    }
}
