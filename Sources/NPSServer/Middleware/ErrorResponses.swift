import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// The one place where errors become answers. What nobody foresaw is a 500 without a word about itself, logged by
/// type (its description may hold what was received) under the request's id.
struct ErrorResponses: RouterMiddleware {
    typealias Context = CollectorContext

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response
        } catch let error as HTTPError {
            return Self.problem(for: error).response
        } catch let error as HTTPParserError {
            throw error
        } catch is CancellationError {
            return Problem(
                status: .serviceUnavailable,
                title: "Shutting down",
                detail: "Send the request again in a moment.",
                retryAfter: 5
            ).response
        } catch {
            context.logger.error("unexpected error", metadata: ["type": "\(type(of: error))"])
            return Problem.unexpected.response
        }
    }

    private static func problem(for error: HTTPError) -> Problem {
        switch error.status {
        case .notFound: .notFound
        case .contentTooLarge: .contentTooLarge
        default: Problem(status: error.status, title: error.status.reasonPhrase, detail: "The request was refused.")
        }
    }
}
