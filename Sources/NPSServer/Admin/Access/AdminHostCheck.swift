import HTTPTypes
import Hummingbird

/// Refuses requests to the admin listener under a name that may be a stranger's (DNS rebinding).
struct AdminHostCheck: RouterMiddleware {
    typealias Context = CollectorContext

    let hosts: AdminHosts
    let refusals: AdminRefusals
    /// The page for people.
    let page: @Sendable (Problem, Request) -> Response

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard hosts.hold(request.head.authority ?? "") else {
            refusals.note(.host)
            guard ErrorPages.wantsHTML(request) else { throw Problem.foreignHost }
            return page(.foreignHost, request)
        }
        return try await next(request, context)
    }
}
