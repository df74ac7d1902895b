import HTTPTypes
import Hummingbird
import NPSWebhooks

/// Answers methods that a form or a configured source doesn't take with 405: after a 404 or 410 some tools never call
/// the address again.
struct AllowedMethods: RouterMiddleware {
    typealias Context = CollectorContext

    static let allowed: [HTTPRequest.Method] = [.get, .head, .post]

    let sources: LiveSources
    let basePath: String

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if !Self.allowed.contains(request.method), isKnown(request.uri.path) {
            throw Problem.methodNotAllowed(Self.allowed)
        }
        return try await next(request, context)
    }

    /// Whether something is there, with and without the base path. Links all are, lest an answer tells them apart.
    private func isKnown(_ path: String) -> Bool {
        let inner = !basePath.isEmpty && path.hasPrefix(basePath + "/") ? path.dropFirst(basePath.count) : path[...]
        let segments = inner.split(separator: "/")
        switch (segments.first, segments.count) {
        case ("survey", 1...2), ("s", 2...3): return true
        case ("webhooks", 2): return sources.current.source(named: String(segments[1])) != nil
        default: return false
        }
    }
}
