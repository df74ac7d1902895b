import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// One socket of a listener, which accepts connections.
///
/// In the place of Hummingbird's `Server`, which can't take over a socket that is open already, and which, when it stops,
/// closes connections whose request has just come (`HTTPConnectionStateHandler`): a restart would lose it.
struct Acceptor: Sendable {
    private let channel: any Channel
    /// Nil where others made the socket.
    private let file: UnixSocket?

    /// The port; nil for a Unix socket.
    var port: Int? { channel.localAddress?.port }

    /// Opens the socket, or takes over the one that is open.
    ///
    /// - Parameters:
    ///   - limit: no more connections are accepted while so many are open.
    ///   - setUp: makes a connection's pipeline; called on its event loop.
    init(
        at address: ListenAddress,
        limit: Int,
        logger: Logger,
        setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws {
        let bootstrap = ServerBootstrap(group: Self.group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connections = MaximumAvailableConnections(limit, logger: logger)
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(delegate: connections)
                    )
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer(setUp)
        switch address {
        case .hostname(let host, let port):
            file = nil
            channel = try await bootstrap.bind(host: host, port: port).get()
        case .unixSocket(let file):
            let socket = try UnixSocket(file)
            self.file = socket
            channel = try await Self.adopt(socket.descriptor, bootstrap)
        case .inherited(let socket):
            file = nil
            channel = try await Self.adopt(socket.descriptor, bootstrap)
        }
    }

    private static let group = MultiThreadedEventLoopGroup.singleton

    private static func adopt(_ descriptor: CInt, _ bootstrap: ServerBootstrap) async throws -> any Channel {
        let channel = bootstrap.withBoundSocket(descriptor)
        // In that call NIO has called listen(2) once more, with a backlog of 128: too few for what waits while a collector
        // starts. A client of a Unix socket that doesn't wait, such as nginx, would be refused.
        UnixSocket.widenBacklog(of: descriptor)
        return try await channel.get()
    }

    /// Accepts no more, and returns when each connection that was accepted is set up. What the kernel holds stays there for
    /// the next process, where the socket stays open, and is refused otherwise.
    func close() async {
        try? await channel.setOption(.autoRead, value: false).get()
        // An accepted connection goes from here to its own event loop, is set up there, and comes back, each by one task.
        for loop in Self.group.makeIterator() { try? await loop.submit {}.get() }
        try? await channel.eventLoop.submit {}.get()
        // Before the socket is closed: until then no other file can look like this one.
        file?.removeFile()
        try? await channel.close()
    }
}
