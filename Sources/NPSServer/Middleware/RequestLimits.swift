import HTTPTypes
import Hummingbird

/// Refuses what no client of ours sends: endless addresses and compressed bodies, which can swell without bound.
struct RequestLimits: RouterMiddleware {
    typealias Context = CollectorContext

    static let uri = 2_048

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard (request.head.path?.utf8.count ?? 0) <= Self.uri else { throw Problem.uriTooLong }
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
