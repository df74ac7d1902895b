import Foundation
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

/// The one token that the sandbox knows, in the two forms in which Planhat takes it.
struct Credentials: Sendable {
    let token: String

    /// `Bearer TOKEN` or `Basic base64(TOKEN:)`; the scheme's case doesn't matter (RFC 9110 §11.1).
    func accept(_ authorization: String?) -> Bool {
        guard let authorization, let space = authorization.firstIndex(of: " ") else { return false }
        let value = authorization[authorization.index(after: space)...]
        switch authorization[..<space].lowercased() {
        case "bearer": return value == token
        case "basic": return Data(base64Encoded: String(value)) == Data("\(token):".utf8)
        default: return false
        }
    }
}
