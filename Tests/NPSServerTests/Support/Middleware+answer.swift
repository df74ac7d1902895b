import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import TestSupport

@testable import NPSServer

extension RouterMiddleware where Context == CollectorContext, Input == Request, Output == Response {
    /// What it answers, before routes that answer everything with 200.
    func answer(to request: Request, from client: String? = "127.0.0.1") async throws -> Response {
        let context = Connection.$current.withValue(Connection(peer: Peer(testing: client))) {
            CollectorContext(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: .silent))
        }
        return try await handle(request, context: context) { _, _ in Response(status: .ok) }
    }
}

extension Request {
    static func asked(
        _ path: String,
        by method: HTTPRequest.Method = .get,
        host: String = "127.0.0.1:8081",
        _ fields: [String: String] = [:]
    ) -> Request {
        var head = HTTPRequest(method: method, scheme: "http", authority: host, path: path)
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { head.headerFields[name] = value }
        }
        return Request(head: head, body: .init(buffer: ByteBuffer()))
    }
}
