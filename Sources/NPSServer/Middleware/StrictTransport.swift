import HTTPTypes
import Hummingbird

/// Tells browsers to come by TLS from now on (RFC 6797), for two years as Mozilla advises. Only for a listener that
/// speaks TLS itself: a proxy in front has its own say. Says nothing about other hosts of the domain.
struct StrictTransport: RouterMiddleware {
    typealias Context = CollectorContext

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.strictTransportSecurity] = "max-age=63072000"
        return response
    }
}
