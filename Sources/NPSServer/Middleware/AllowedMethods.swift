import HTTPTypes
import Hummingbird
import NPSWebhooks

/// Answers methods that a form or a configured source doesn't take with 405: after a 404 or 410 some tools never call
/// the address again.
struct AllowedMethods: RouterMiddleware {
    typealias Context = CollectorContext

    let sources: ReloadableSources
    let basePath: String

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        // Every address that is known takes these.
        if request.method == .get || request.method == .head { return try await next(request, context) }
        if let allowed = allowed(at: request.segments(below: basePath)), !allowed.contains(request.method) {
            throw Problem.methodNotAllowed(allowed)
        }
        return try await next(request, context)
    }

    /// Nil for an unknown path. Every link counts as known, so that the answer doesn't tell which exist.
    private func allowed(at segments: [Substring]) -> [HTTPRequest.Method]? {
        switch (segments.first, segments.count) {
        case ("survey", 1), ("s", 2): return [.get, .head, .post]
        case ("survey", 2) where segments[1] == "thanks": return [.get, .head]
        case ("s", 3): return [.get, .head]
        case ("webhooks", 2) where sources.current.source(named: String(segments[1])) != nil:
            return [.get, .head, .post]
        default: return nil
        }
    }
}
