import NIOCore
import NIOHTTP1
import NIOPosix
package import NIOSSL
import Synchronization

/// A real server on 127.0.0.1 that keeps what it is asked and answers canned bytes, one reply a request.
package final class StubServer: Sendable {
    private struct State {
        var requests: [StubRequest] = []
        var replies: [StubReply]
    }

    private let state: Mutex<State>
    private let bound = Mutex<Int?>(nil)

    private init(_ replies: [StubReply]) {
        state = Mutex(State(replies: replies))
    }

    /// Runs `body` beside the server.
    ///
    /// - Parameters:
    ///   - replies: in the order of the requests; the last one is repeated
    ///   - tls: nil for plain HTTP
    package static func run<Result: Sendable>(
        _ replies: [StubReply],
        tls: NIOSSLContext? = nil,
        _ body: (StubServer) async throws -> Result
    ) async throws -> Result {
        let server = StubServer(replies)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(StubHandler(server: server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.bound.withLock { $0 = channel.localAddress?.port }
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    package var port: Int { bound.withLock { $0 ?? 0 } }
    package var url: String { "http://127.0.0.1:\(port)" }
    package var requests: [StubRequest] { state.withLock { $0.requests } }

    /// Keeps the request and says what to do with it.
    func take(_ request: StubRequest) -> StubReply {
        state.withLock { state in
            state.requests.append(request)
            return state.replies.count > 1 ? state.replies.removeFirst() : state.replies[0]
        }
    }
}
