import HTTPTypes
import Hummingbird
import NPSWebhooks

/// Answers what a configured source doesn't take with 405: after a 404 or 410 some tools never call the address again.
struct WebhookMethods: RouterMiddleware {
    typealias Context = CollectorContext

    static let allowed: [HTTPRequest.Method] = [.get, .head, .post]

    let sources: LiveSources
    let basePath: String

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if !Self.allowed.contains(request.method), let name = source(at: request.uri.path),
            sources.current.source(named: name) != nil
        {
            throw Problem.methodNotAllowed(Self.allowed)
        }
        return try await next(request, context)
    }

    /// `acme` of `/webhooks/acme`, with and without the base path.
    private func source(at path: String) -> String? {
        let inner = !basePath.isEmpty && path.hasPrefix(basePath + "/") ? path.dropFirst(basePath.count) : path[...]
        let segments = inner.split(separator: "/")
        guard segments.count == 2, segments[0] == "webhooks" else { return nil }
        return String(segments[1])
    }
}
