import HTTPTypes
import Hummingbird
import Logging
import Metrics

/// One line per request: method, route template, status, duration and id. Never the path itself, the query, an address
/// or a header: survey links and tokens live in those.
struct AccessLog: RouterMiddleware {
    typealias Context = CollectorContext

    let listener: String

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = ContinuousClock.now - start
        let route = context.endpointPath ?? "unmatched"
        let microseconds = duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        context.logger.info(
            "request",
            metadata: [
                "listener": "\(listener)",
                "method": "\(Self.known(request.method))",
                "route": "\(route)",
                "status": "\(response.status.code)",
                "us": "\(microseconds)",
            ]
        )
        return response
    }

    /// The method is text from the sender, too.
    private static func known(_ method: HTTPRequest.Method) -> String {
        let usual: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .options, .patch]
        return usual.contains(method) ? method.rawValue : "other"
    }
}
