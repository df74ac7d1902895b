import HTTPTypes
import Hummingbird
import NPSModel

extension Router<CollectorContext> {
    /// A router with what every listener does to every request, outermost first.
    ///
    /// - Parameters:
    ///   - listener: its name in the access log.
    ///   - errorPages: nil for a listener that only programs talk to.
    ///   - isEncrypted: whether TLS is this listener's own.
    static func collector(
        listener: String,
        errorPages: ErrorPages? = nil,
        isEncrypted: Bool = false
    ) -> Router<CollectorContext> {
        let router = Router(context: CollectorContext.self)
        // Outside of the errors' answers, so that refusals carry the header as well.
        if isEncrypted { router.add(middleware: StrictTransport()) }
        router.addMiddleware {
            AccessLog(listener: listener)
            HeadResponses()
            ErrorResponses(pages: errorPages)
            RequestLimits()
            ExpectedBodies()
        }
        return router
    }
}

/// Refuses what none of our clients sends: very long addresses, compressed bodies, which can expand without limit, and
/// requests whose head contradicts RFC 9112, which come here without a `Host`.
struct RequestLimits: RouterMiddleware {
    typealias Context = CollectorContext

    /// The longest path with its query, in bytes.
    static let uri = 2_048
    /// The codings that change a body (IANA, HTTP Content Coding Registry). What else senders name here is a charset or
    /// nothing, and leaves the body as it is.
    private static let codings: Set = [
        "aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "pack200-gzip", "x-compress", "x-gzip",
        "zstd",
    ]

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard (request.head.path?.utf8.count ?? 0) <= Self.uri else { throw Problem.uriTooLong }
        guard request.head.authority != nil else {
            throw Problem.badRequest(
                """
                The head of the request is malformed: Host must be given exactly once and name a host, * is no address to \
                get, and Transfer-Encoding needs a value.
                """
            )
        }
        let encodings = request.headers[.contentEncoding]?.lowercased().split(separator: ",") ?? []
        if encodings.contains(where: { Self.codings.contains(String($0.trimmingSpaces)) }) {
            throw Problem(
                status: .unsupportedMediaType,
                title: "Compressed body",
                detail: "Bodies must be sent uncompressed."
            )
        }
        return try await next(request, context)
    }
}

/// A HEAD is answered with the headers alone (RFC 9110 §9.3.2), refusals included: bytes after them would be taken
/// for the next answer on the connection.
private struct HeadResponses: RouterMiddleware {
    typealias Context = CollectorContext

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        return request.method == .head ? response.createHeadResponse() : response
    }
}

/// Tells browsers to use TLS only (RFC 6797), for two years as Mozilla advises. Only for a listener with TLS of its
/// own: a proxy in front decides for itself. Other hosts of the domain are left out.
private struct StrictTransport: RouterMiddleware {
    typealias Context = CollectorContext

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.strictTransportSecurity] = "max-age=63072000"
        return response
    }
}
