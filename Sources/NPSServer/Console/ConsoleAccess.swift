import HTTPTypes
import Hummingbird

/// Lets only operators to the pages: who signs in with `admin.token`, by HTTP Basic so that no cookie is needed. What changes
/// something is taken from these pages alone, since a browser that has signed in sends the password with everything, whoever
/// made it ask. The pages are `/` and whatever is below `/console`, whether there is a page or not.
struct ConsoleAccess: RouterMiddleware {
    typealias Context = CollectorContext

    let credentials: AdminCredentials
    let refusals: AdminRefusals
    /// Makes the page of a refusal; its status, and what else the client has to know, are seen to here.
    let refusal: @Sendable (ConsoleRefusal, Request) -> Response

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard Self.isPage(request) else { return try await next(request, context) }
        var response: Response
        if let refusal = reason(request, from: context.peer) {
            response = self.refusal(refusal, request)
            response.status = refusal.status
            for field in refusal.fields { response.headers[field.name] = field.value }
        } else {
            response = try await next(request, context)
        }
        // With `no-referrer` browsers would hide the origin of the page's own forms, too (Fetch, "append a request Origin header").
        if let name = Self.referrerPolicy { response.headers[name] = "same-origin" }
        return response
    }

    /// By the segments that the router sees as well.
    static func isPage(_ request: Request) -> Bool {
        let first = request.segments(below: "").first
        return first == nil || first == "console"
    }

    private static let referrerPolicy = HTTPField.Name("Referrer-Policy")

    /// Nil for who may go on.
    private func reason(_ request: Request, from client: Peer) -> ConsoleRefusal? {
        let changes = request.method != .get && request.method != .head
        // Before the password, which another site's page must not have tried here.
        if changes, !SameOrigin.holds(for: request) {
            refusals.note(.origin)
            return .foreignOrigin
        }
        switch credentials.check(request, from: client, by: [.basic, .bearer]) {
        case .right: return nil
        case .closed: return .managementClosed
        case .missing, .wrong: return .signIn
        case .tooMany(let seconds): return .tooManyAttempts(seconds: seconds)
        }
    }
}
