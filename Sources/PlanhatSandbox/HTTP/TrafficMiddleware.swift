import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// The outermost middleware: counts and logs each request, and closes the connections that are to be dropped.
struct TrafficMiddleware: RouterMiddleware {
    let control: TrafficControl

    func handle(
        _ request: Request,
        context: SandboxContext,
        next: @concurrent (Request, SandboxContext) async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await next(request, context)
            note(request, context, String(response.status.code))
            return response
        } catch is ConnectionDropped {
            note(request, context, RequestCounts.dropped)
            // Closed before the response is written, so not one byte of it leaves.
            try? await context.channel.close()
            return Response(status: .internalServerError)
        } catch {
            let status = (error as? any HTTPResponseError)?.status ?? .internalServerError
            note(request, context, String(status.code))
            throw error
        }
    }

    /// The path is the route's template, which holds no id.
    private func note(_ request: Request, _ context: SandboxContext, _ outcome: String) {
        let path = context.endpointPath
        if let operation = Operation.allCases.first(where: { $0.path == path && $0.method == request.method }) {
            control.count(operation, outcome)
        }
        context.logger.info(
            "request",
            metadata: ["method": "\(request.method)", "path": "\(path ?? "-")", "status": "\(outcome)"]
        )
    }
}

/// A request's context with its connection, so that the connection can be closed.
package struct SandboxContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Close the connection without an answer: thrown where that is decided, caught where the connection is known.
struct ConnectionDropped: Error {}
