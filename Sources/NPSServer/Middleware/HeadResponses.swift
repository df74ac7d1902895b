import HTTPTypes
import Hummingbird

/// A HEAD is answered with the headers alone (RFC 9110 §9.3.2), refusals included: bytes after them would be taken
/// for the next answer on the connection.
struct HeadResponses: RouterMiddleware {
    typealias Context = CollectorContext

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        return request.method == .head ? response.createHeadResponse() : response
    }
}
