import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// The one place where errors become answers. What nobody foresaw is a 500 without a word about itself, logged by
/// type (its description may hold what was received) under the request's id.
struct ErrorResponses: RouterMiddleware {
    typealias Context = CollectorContext

    /// Nil where nobody looks but programs.
    var pages: ErrorPages?

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return answer(problem, request)
        } catch let error as HTTPError {
            return answer(Self.problem(for: error), request)
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
            return answer(Problem.unexpected, request)
        }
    }

    private func answer(_ problem: Problem, _ request: Request) -> Response {
        pages?.response(to: problem, for: request) ?? problem.response
    }

    private static func problem(for error: HTTPError) -> Problem {
        switch error.status {
        case .notFound: .notFound
        case .contentTooLarge: .contentTooLarge
        default: Problem(status: error.status, title: error.status.reasonPhrase, detail: "The request was refused.")
        }
    }
}
