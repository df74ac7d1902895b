import Foundation
import NIOCore
import NIOPosix

/// A client's connection to this machine, byte by byte.
struct RawConnection {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    init(port: Int) async throws {
        channel = try await Self.bootstrap.connect(host: "localhost", port: port) { Self.wrap($0) }
    }

    /// - Parameter path: of a Unix socket.
    init(path: String) async throws {
        channel = try await Self.bootstrap.connect(unixDomainSocketPath: path) { Self.wrap($0) }
    }

    private static var bootstrap: ClientBootstrap {
        ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
    }

    private static func wrap(_ channel: any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> {
        channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    /// Sends the first text, and each further one when what was received has grown by the text that is expected before it.
    ///
    /// - Parameter beforeEach: done before each further text is sent.
    /// - Returns: all that was received until the server closed or reset the connection.
    func converse(
        _ first: String,
        then steps: [(expected: String, text: String)] = [],
        beforeEach: () async throws -> Void = {}
    ) async throws -> String {
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: first))
            var received = ""
            var steps = steps[...]
            do {
                for try await bytes in inbound {
                    received += String(buffer: bytes)
                    while let step = steps.first, received.contains(step.expected) {
                        steps.removeFirst()
                        try await beforeEach()
                        try await outbound.write(ByteBuffer(string: step.text))
                    }
                }
            } catch let error as IOError where error.errnoCode == ECONNRESET {
                // The server had not read all that was sent.
            }
            return received
        }
    }

    /// Sends all, closes its own side, and reads to the end.
    func send(_ text: String) async throws -> String {
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            outbound.finish()
            var received = ""
            for try await bytes in inbound { received += String(buffer: bytes) }
            return received
        }
    }
}
