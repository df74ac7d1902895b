import NIOCore
import NIOEmbedded
import Testing

@testable import NPSServer

@Suite("A TLS client's first message")
struct ClientHelloTests {
    private static let alert: [UInt8] = [21, 3, 3, 0, 2, 2, 120]

    /// - Parameter protocols: nil for a client that has no such extension.
    private static func hello(_ protocols: [String]?, recordsOf size: Int = 16_384) -> [UInt8] {
        var extensions: [UInt8] = [0, 10, 0, 4, 0, 2, 0, 29]
        if let protocols {
            let names = protocols.flatMap { [UInt8($0.utf8.count)] + $0.utf8 }
            extensions += [0, 16] + prefixed(prefixed(names))
        }
        let body = [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 1, 1, 0] + prefixed(extensions)
        let message = [1, 0] + prefixed(body)
        return stride(from: 0, to: message.count, by: size).flatMap { start in
            [22, 3, 1] + prefixed(Array(message[start..<min(start + size, message.count)]))
        }
    }

    private static func prefixed(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }

    private func read(_ bytes: [UInt8]) -> ClientHello.Reading { ClientHello.read(ByteBuffer(bytes: bytes)) }

    @Test(
        "names the protocols that the client speaks, or none, in however many records it comes",
        arguments: [5, 16_384]
    )
    func protocols(size: Int) {
        for protocols in [["h2", "http/1.1"], ["spdy/3"], [], nil] {
            let read = read(Self.hello(protocols, recordsOf: size))
            #expect(read == .whole(ClientHello(protocols: protocols)))
        }
    }

    @Test("is waited for until it is whole, and what follows changes nothing")
    func incomplete() {
        let hello = Self.hello(["h2"])
        for count in 0..<hello.count { #expect(read(Array(hello.prefix(count))) == .incomplete) }
        #expect(read(hello + [1, 2, 3]) == .whole(ClientHello(protocols: ["h2"])))
    }

    @Test("that is none is seen at once, and one that never ends isn't waited for")
    func none() {
        #expect(read(Array("GET / HTTP/1.1\r\n".utf8)) == .unreadable)
        #expect(read([22, 3, 1, 0, 4, 2, 0, 0, 0]) == .unreadable)
        let endless = [22, 3, 1] + Self.prefixed([1, 255, 255, 255] + [UInt8](repeating: 0, count: 16_000))
        #expect(read(endless + endless + endless) == .unreadable)
        let empty = Array([[UInt8]](repeating: [22, 3, 1, 0, 0], count: 10_000).joined())
        #expect(read(empty) == .unreadable)
    }

    @Test("never trips over a wrong length, wherever it stands")
    func mutations() {
        let hello = Self.hello(["h2", "http/1.1"])
        for index in hello.indices {
            for value in [0, 1, 127, 255] as [UInt8] {
                var bytes = hello
                bytes[index] = value
                _ = read(bytes)
            }
        }
    }

    @Test(
        "of a client that speaks nothing that is spoken here is answered with the alert; of others it passes as it came",
        arguments: [(["spdy/3"], false), ([], false), (["spdy/3", "h2"], true), (nil, true)] as [([String]?, Bool)]
    )
    func offer(protocols: [String]?, passes: Bool) throws {
        let channel = EmbeddedChannel()
        let offer = ProtocolOffer(spoken: ["h2", "http/1.1"], edge: .none)
        try channel.pipeline.syncOperations.addHandler(offer)
        channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 1), promise: nil)
        let hello = Self.hello(protocols)
        try channel.writeInbound(ByteBuffer(bytes: hello.prefix(20)))
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        try channel.writeInbound(ByteBuffer(bytes: hello.dropFirst(20)))
        #expect(try channel.readInbound(as: ByteBuffer.self) == (passes ? ByteBuffer(bytes: hello) : nil))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == (passes ? nil : ByteBuffer(bytes: Self.alert)))
        #expect(channel.isActive == passes)
        guard passes else { return }
        try channel.writeInbound(ByteBuffer(string: "more"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "more"))
        _ = try channel.finish()
    }
}
