import HTTPTypes
import Hummingbird
import NIOHTTP1

/// What a listener does with every request before and after its route. One middleware, since each costs a request as much
/// as most of these rules.
struct RequestRules: RouterMiddleware {
    typealias Context = CollectorContext

    let log: AccessLog
    var errors = ErrorResponses()
    /// What counts refusals.
    var edge = EdgeCounters.none
    /// Nil where nobody is to be told of unknown proxies.
    var forwarding: UntrustedForwarding?
    /// Nil where the routes say which methods they take.
    var methods: AllowedMethods?
    /// What is added to each answer, refusals included.
    var fields: HTTPFields = [:]

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response = try await answer(request, context, next)
        // A HEAD is answered with the headers alone (RFC 9110 §9.3.2), refusals included: bytes after them would be taken
        // for the next answer on the connection.
        if request.method == .head { response = response.createHeadResponse() }
        let route = context.endpointPath ?? "unmatched"
        log.write(request.method, route: route, status: response.status, since: start, id: nil, to: context.logger)
        edge.answered(response.status)
        response.headers.append(contentsOf: fields)
        return response
    }

    private func answer(
        _ request: Request,
        _ context: Context,
        _ next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            try checkLimits(request)
            forwarding?.note(request.headers, from: context.peer)
            try methods?.check(request)
            return try await next(request.askingForBody(on: context.channel), context)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            return errors.answer(to: Problem(error, logger: context.logger), for: request)
        }
    }

    private func checkLimits(_ request: Request) throws {
        do {
            try RequestLimits.check(request)
        } catch let problem as Problem {
            // Routes have other reasons for these statuses.
            switch problem.status {
            case .badRequest: edge.refused(.malformedHead)
            case .unsupportedMediaType: edge.refused(.compressedBody)
            default: break
            }
            throw problem
        }
    }
}

extension RequestRules {
    /// Tells browsers to use TLS only (RFC 6797), for two years as Mozilla advises. Only for a listener with TLS of its
    /// own: a proxy in front decides for itself. Other hosts of the domain are left out.
    static let strictTransport: HTTPFields = [.strictTransportSecurity: "max-age=63072000"]
}
