import HTTPTypes
import Hummingbird

/// Refuses what no client of ours sends: endless addresses, compressed bodies, which can swell without bound, and
/// requests of HTTP/1.1 without exactly one `Host` (RFC 9112 §3.2).
struct RequestLimits: RouterMiddleware {
    typealias Context = CollectorContext

    static let uri = 2_048

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard (request.head.path?.utf8.count ?? 0) <= Self.uri else { throw Problem.uriTooLong }
        guard request.head.authority != nil else { throw Problem.badRequest("The header Host must be there once.") }
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(
                status: .unsupportedMediaType,
                title: "Compressed body",
                detail: "Bodies must be sent uncompressed."
            )
        }
        return try await next(request, context)
    }
}
