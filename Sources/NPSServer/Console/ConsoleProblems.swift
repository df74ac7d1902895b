import Foundation
import HTTPTypes
import Hummingbird
import NPSConsole
import NPSPages

/// Pages in place of problem documents, where people open pages, whether there is one or not.
struct ConsoleProblems: RouterMiddleware {
    typealias Context = CollectorContext

    let pages: ConsolePages
    let now: @Sendable () -> Date

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard ConsoleAccess.isPage(request) else { return try await next(request, context) }
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return answer(to: problem, request).response
        } catch let error as HTTPError {
            return answer(to: Problem(error, logger: context.logger), request).response
        }
    }

    func answer(to problem: Problem, _ request: Request) -> HTTPAnswer {
        var answer = notice(Notice(problem), problem.status, request)
        for field in problem.instructions { answer.fields[field.name] = field.value }
        return answer
    }

    func notice(_ notice: Notice, _ status: HTTPResponse.Status, _ request: Request) -> HTTPAnswer {
        HTTPAnswer(pages.notice(notice, at: now(), in: pages.visit(request)), status)
    }
}

extension Notice {
    fileprivate init(_ problem: Problem) {
        self =
            switch problem.status {
            case .notFound: .notFound
            case _ where problem.status.kind == .serverError: .failing(problem.detail)
            default: .refused(problem.detail)
            }
    }
}

extension Notice {
    init(_ refusal: ConsoleRefusal) {
        self =
            switch refusal {
            case .signIn: .signIn
            case .managementClosed: .managementClosed
            case .tooManyAttempts: .tooManyAttempts
            case .foreignOrigin: .foreignOrigin
            }
    }
}
