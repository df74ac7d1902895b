import Hummingbird

/// 401 for everything without the token, also for paths that don't exist; `GET /` alone is open.
struct AuthenticationMiddleware: RouterMiddleware {
    let credentials: Credentials
    let control: TrafficControl

    func handle(
        _ request: Request,
        context: SandboxContext,
        next: @concurrent (Request, SandboxContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path == "/" || credentials.accept(request.headers[.authorization]) else {
            let rejection = Rejection(status: 401, message: "unauthorized")
            return SandboxResponse(rejection, control.plan.behaviour.errorBody).response
        }
        return try await next(request, context)
    }
}
