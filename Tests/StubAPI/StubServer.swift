import NIOCore
package import NIOHTTP1
import NIOPosix
package import NIOSSL
import Synchronization
import TestSupport

/// A real server on 127.0.0.1 that keeps what it is asked and answers canned bytes, one reply a request.
package final class StubServer: Sendable {
    private struct Conversation {
        var requests: [StubRequest] = []
        var replies: [StubReply]
    }

    private let conversation: Observed<Conversation>
    private let bound = Mutex<Int?>(nil)

    private init(_ replies: [StubReply]) {
        conversation = Observed(Conversation(replies: replies))
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
    package var requests: [StubRequest] { conversation.value.requests }

    /// Returns when so many requests have come.
    package func wait(forRequests count: Int) async {
        await conversation.wait { $0.requests.count >= count }
    }

    /// Keeps the request and says what to do with it.
    func take(_ request: StubRequest) -> StubReply {
        conversation.update { conversation in
            conversation.requests.append(request)
            return conversation.replies.count > 1 ? conversation.replies.removeFirst() : conversation.replies[0]
        }
    }
}

/// A request as it came over the wire.
package struct StubRequest: Sendable {
    package let method: HTTPMethod
    /// Path and query, undecoded.
    package let uri: String
    package let headers: HTTPHeaders
    package let body: String
}

/// What the stub does when it has read a whole request.
package enum StubReply: Sendable {
    /// A well-formed answer; the connection stays open.
    case answer(Int, headers: [(name: String, value: String)] = [], body: String = "")
    /// These bytes, and then nothing more on an open connection.
    case unfinished(String)
    /// These bytes, and the end of the connection.
    case closing(String)
    /// The end of the connection by RST instead of FIN.
    case reset

    package static func json(_ status: Int, _ body: String) -> StubReply {
        .answer(status, headers: [("Content-Type", "application/json; charset=utf-8")], body: body)
    }

    package static func html(_ status: Int, _ body: String = "<!DOCTYPE html><html><body>Error</body></html>")
        -> StubReply
    {
        .answer(status, headers: [("Content-Type", "text/html")], body: body)
    }

    /// Never an answer.
    package static let silence = StubReply.unfinished("")
    package static let end = StubReply.closing("")
}
