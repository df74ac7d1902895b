import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes

@testable import NPSServer

/// A connection of a listener without a socket: bytes in, bytes out, and a clock that only the test advances. The test
/// answers in place of Hummingbird. For tests that are not `async`: everything happens on their thread.
struct TestConnection {
    private let channel = EmbeddedChannel()

    init(_ rules: ConnectionRules, from address: String = "198.51.100.1") throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHTTP(rules)
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        try pipeline.addHandler(ConnectionGuard(peer: Peer(testing: address), rules: rules))
    }

    var isOpen: Bool {
        channel.embeddedEventLoop.run()
        return channel.isActive
    }

    /// What can't be parsed is an error at the end of the pipeline, which Hummingbird takes.
    func send(_ text: String) {
        _ = try? channel.writeInbound(ByteBuffer(string: text))
        try? channel.throwIfErrorCaught()
    }

    func answer(_ status: HTTPResponse.Status = .ok, isFlushed: Bool = true) {
        let head = HTTPResponse(status: status, headerFields: [.contentLength: "0"])
        channel.write(HTTPResponsePart.head(head), promise: nil)
        channel.write(HTTPResponsePart.end(nil), promise: nil)
        if isFlushed { flush() }
    }

    func flush() { channel.flush() }

    /// As a listener does that stops.
    func drain() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    /// As a handler does that reads the body.
    func askForBody() {
        channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
    }

    /// What the client has got since the last time.
    func received() throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    /// As a client does that goes away.
    func close() {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        try? channel.throwIfErrorCaught()
    }

    func advance(by seconds: Int64) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    }
}
