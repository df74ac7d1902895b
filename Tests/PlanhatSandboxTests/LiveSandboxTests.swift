import Foundation
import NIOCore
import NIOPosix
import PlanhatSandbox
import ServiceLifecycle
import TestSupport
import Testing

/// A real listener, real sockets.
@Suite(.hangGuard)
struct LiveSandboxTests {
    private static let body = #"{"email":"ana@example.com","score":7,"sourceId":"a"}"#

    /// Sends bytes and returns everything that comes back until the connection ends, however it ends.
    private func exchange(_ port: Int, _ text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var received = ""
            do {
                for try await buffer in inbound { received += String(buffer: buffer) }
            } catch is IOError {
                return received
            }
            return received
        }
    }

    private func request(_ method: String, _ path: String, _ body: String = "") -> String {
        """
        \(method) \(path) HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer \(SandboxClient.token)\r
        Content-Length: \(body.utf8.count)\r
        Connection: close\r
        \r
        \(body)
        """
    }

    /// Runs the sandbox as a service and shuts it down gracefully after the test, or when the test says so.
    private func withLiveSandbox(
        _ database: String,
        _ faults: [String] = [],
        pause: @escaping @Sendable (Duration) async -> Void = { _ in },
        _ test: (_ port: Int, _ stop: ServiceGroup) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let sandbox = try PlanhatSandbox(
            configuration: .init(
                port: 0,
                token: SandboxClient.token,
                database: database,
                faults: FaultPlan(parsing: faults)
            ),
            pause: pause,
            logger: .silent,
            onListening: { port.yield($0) }
        )
        try await withService(sandbox) { group in
            try await test(try #require(await ports.first { _ in true }), group)
        }
    }

    @Test("a request in flight when the sandbox is stopped is finished and answered")
    func shutdown() async throws {
        let directory = try TemporaryDirectory()
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let pause: @Sendable (Duration) async -> Void = { _ in
            enter.yield()
            try? await gracefulShutdown()
        }
        try await withLiveSandbox(directory.path("a.db"), ["slow=1"], pause: pause) { port, group async throws in
            async let reply = exchange(port, request("POST", "/nps", Self.body))
            _ = await entered.first { _ in true }
            await group.triggerGracefulShutdown()
            #expect(try await reply.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test("a request over a socket is answered as it is without one")
    func answers() async throws {
        let directory = try TemporaryDirectory()
        try await withLiveSandbox(directory.path("a.db")) { port, _ in
            let reply = try await exchange(port, request("POST", "/nps", Self.body))
            #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(reply.contains("X-Rate-Limit-Remaining: 199\r\n"))
            #expect(reply.contains(#""sourceId":"a""#))
        }
    }

    @Test(
        "a dropped connection carries not one byte, whether the work was done or not",
        arguments: [("drop-after", true), ("drop-before", false)]
    )
    func drop(fault: String, isStored: Bool) async throws {
        let directory = try TemporaryDirectory()
        try await withLiveSandbox(directory.path("a.db"), ["\(fault)=1"]) { port, _ async throws in
            #expect(try await exchange(port, request("POST", "/nps", Self.body)) == "")
            let reply = try await exchange(port, request("GET", "/nps/srcid-a"))
            #expect(reply.hasPrefix(isStored ? "HTTP/1.1 200" : "HTTP/1.1 404"))
            let stats = try await exchange(port, request("GET", "/sandbox/stats"))
            #expect(stats.contains(#""create":{"dropped":1}"#))
        }
    }

    @Test("records are there after a restart, and ids go on being new")
    func restart() async throws {
        let directory = try TemporaryDirectory()
        for count in 1...3 {
            try await withLiveSandbox(directory.path("a.db")) { port, _ in
                _ = try await exchange(port, request("POST", "/nps", Self.body))
                let stats = try await exchange(port, request("GET", "/sandbox/stats"))
                #expect(stats.contains(#""records":\#(count)"#))
            }
        }
    }

    @Test("what was answered is in the files, should the process be killed at that moment")
    func kill() async throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path("copy"), withIntermediateDirectories: true)
        try await withLiveSandbox(directory.path("a.db")) { port, _ in
            _ = try await exchange(port, request("POST", "/nps", Self.body))
            for name in ["a.db", "a.db-wal"] {
                try FileManager.default.copyItem(atPath: directory.path(name), toPath: directory.path("copy/\(name)"))
            }
        }
        try await withLiveSandbox(directory.path("copy/a.db")) { port, _ async throws in
            #expect(try await exchange(port, request("GET", "/nps/srcid-a")).contains(#""nps":7"#))
        }
    }

    @Test("an unusable database is named before anything listens")
    func unusable() throws {
        let directory = try TemporaryDirectory()
        try Data("this is no database, but long enough to be asked".utf8).write(
            to: URL(filePath: directory.path("a.db"))
        )
        #expect(throws: SandboxError.self) {
            try PlanhatSandbox(
                configuration: .init(token: SandboxClient.token, database: directory.path("a.db")),
                logger: .silent
            )
        }
        #expect(throws: SandboxError.emptyToken) {
            try PlanhatSandbox(
                configuration: .init(token: "", database: directory.path("b.db")),
                logger: .silent
            )
        }
    }
}
