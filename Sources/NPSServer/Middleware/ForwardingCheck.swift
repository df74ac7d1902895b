import HTTPTypes
import Hummingbird

/// Looks at every request for a proxy that the settings don't know.
struct ForwardingCheck: RouterMiddleware {
    typealias Context = CollectorContext

    let forwarding: UntrustedForwarding

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        forwarding.note(request.headers, from: context.peer)
        return try await next(request, context)
    }
}
