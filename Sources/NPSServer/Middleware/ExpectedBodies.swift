import HTTPTypes
import Hummingbird
import NIOCore

/// Tells the ``ConnectionGuard``, as an outbound event, that a handler is about to read the body of its request.
struct BodyWanted: Sendable {}

/// Asks for a body which the client sends only when it is asked to (`Expect: 100-continue`, RFC 9110 §10.1.1), and not
/// before a handler reads it: what is refused for its head is never sent.
struct ExpectedBodies: RouterMiddleware {
    typealias Context = CollectorContext

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.headers.contains(.expect) else { return try await next(request, context) }
        var request = request
        request.body = RequestBody(asyncSequence: ExpectedBody(body: request.body, channel: context.channel))
        return try await next(request, context)
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
