import Crypto
import HTTPTypes
import Hummingbird

/// Lets only requests with `admin.token` through; when none is configured, none at all.
struct AdminToken: RouterMiddleware {
    typealias Context = CollectorContext

    /// Nil = management is closed.
    let token: String?

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let token else { throw Problem.managementClosed }
        // The scheme's name has no case (RFC 9110 §11.1).
        guard let given = request.headers[.authorization], given.prefix(7).lowercased() == "bearer ",
            Self.isEqual(String(given.dropFirst(7)), token)
        else {
            throw Problem.unauthorized
        }
        return try await next(request, context)
    }

    /// Compares digests: neither length nor content shows in the time it takes.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        SHA256.hash(data: Array(left.utf8)) == SHA256.hash(data: Array(right.utf8))
    }
}
