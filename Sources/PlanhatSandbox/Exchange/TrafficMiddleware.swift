import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Stands around everything: counts and logs each request, and closes the connections that are to be dropped.
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
            note(request, context, TrafficLedger.dropped)
            // Closed before the response is written, so not one byte of it leaves.
            try? await context.channel.close()
            return Response(status: .internalServerError)
        } catch let error as any HTTPResponseError {
            note(request, context, String(error.status.code))
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

extension Operation {
    var method: HTTPRequest.Method {
        switch self {
        case .create: .post
        case .get, .list: .get
        case .update, .upsert: .put
        case .delete: .delete
        }
    }
}
