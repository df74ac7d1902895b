import HTTPTypes
import Hummingbird

/// Lets only requests with `admin.token` through; when none is configured, none at all.
///
/// Only `Authorization: Bearer` counts. No browser sends that by itself, so a page of another site can't have it sent, and the
/// routes behind this need no look at where a request comes from.
struct AdminToken: RouterMiddleware {
    typealias Context = CollectorContext

    let credentials: AdminCredentials

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        switch credentials.check(request, from: context.peer, by: [.bearer]) {
        case .right: try await next(request, context)
        case .closed: throw Problem.managementClosed
        case .missing, .wrong: throw Problem.unauthorized
        case .tooMany(let seconds): throw Problem.tooManyTokens(retryAfter: seconds)
        }
    }
}
