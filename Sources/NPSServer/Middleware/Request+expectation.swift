import HTTPTypes
import Hummingbird
import NIOCore

/// Tells the ``ConnectionGuard`` or the ``StreamGuard``, as an outbound event, that a handler is about to read the body of
/// its request.
struct BodyWanted: Sendable {}

extension HTTPRequest {
    /// Whether the client waits for an interim answer before it sends the body (RFC 9110 §10.1.1).
    var expectsContinue: Bool {
        headerFields.contains { $0.name == .expect && $0.value.lowercased() == "100-continue" }
    }
}

extension Request {
    /// The request with a body that is asked for where the client sends it only when it is asked to (`Expect: 100-continue`,
    /// RFC 9110 §10.1.1), and not before a handler reads it: what is refused for its head is never sent.
    func askingForBody(on channel: any Channel) -> Request {
        guard headers.contains(.expect) else { return self }
        var request = self
        request.body = RequestBody(asyncSequence: ExpectedBody(body: body, channel: channel))
        return request
    }
}

private struct ExpectedBody: AsyncSequence, Sendable {
    let body: RequestBody
    let channel: any Channel

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var body: RequestBody.AsyncIterator
        /// Nil once the body was asked for.
        fileprivate var channel: (any Channel)?

        @concurrent
        mutating func next() async throws -> ByteBuffer? {
            channel?.triggerUserOutboundEvent(BodyWanted(), promise: nil)
            channel = nil
            return try await body.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(body: body.makeAsyncIterator(), channel: channel)
    }
}
