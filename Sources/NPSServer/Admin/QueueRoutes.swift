import Foundation
import HTTPTypes
import Hummingbird
package import NPSModel
package import NPSQueue

/// Shows the queue, and puts parked responses back into it.
struct QueueRoutes {
    let queue: ResponseQueue
    let readiness: Readiness
    let delivery: @Sendable () -> DeliveryReport
    let actions: OperatorActions

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("queue/status") { _, _ in try JSONResponse.response(await status()) }
        router.get("queue/responses") { request, _ in try JSONResponse.response(await list(request)) }
        router.get("queue/responses/:id") { _, context in try JSONResponse.response(await show(context)) }
        router.post("queue/search") { request, _ in try JSONResponse.response(await search(request)) }
        router.post("queue/answered") { request, _ in try JSONResponse.response(await answered(request)) }
        router.post("queue/retry") { request, _ in try JSONResponse.response(await retry(request)) }
    }

    private func status() async throws -> StatusReport {
        do {
            // Both at once: each may wait for the database.
            async let readiness = readiness.check()
            let books = try await queue.status()
            var acceptanceProblem: String?
            if case .failing(let sentence) = await readiness { acceptanceProblem = sentence }
            return StatusReport(
                books: books,
                delivery: delivery(),
                acceptanceProblem: acceptanceProblem
            )
        } catch {
            throw Problem.failing(error)
        }
    }

    private func list(_ request: Request) async throws -> [QueueItem] {
        var state: ResponseState?
        if let text = request.query("state") {
            guard let known = ResponseState(rawValue: text) else { throw Problem.badRequest("There is no such state.") }
            state = known
        }
        let filter = QueueFilter(
            state: state,
            limit: try Self.limit(request),
            after: request.query("after").flatMap(Int64.init)
        )
        do { return try await queue.list(filter) } catch { throw Problem.failing(error) }
    }

    private func search(_ request: Request) async throws -> [QueueItem] {
        let wanted: SearchRequest = try await request.decodeBody()
        guard let person = try? EmailAddress(wanted.email) else {
            throw Problem.wrongAddress
        }
        guard Self.limits.contains(wanted.limit) else { throw Self.wrongLimit }
        let filter = QueueFilter(state: wanted.state, person: person, limit: wanted.limit, after: wanted.after)
        do { return try await queue.list(filter) } catch { throw Problem.failing(error) }
    }

    /// Who wants to remind people needs to know who has answered, and nothing else.
    private func answered(_ request: Request) async throws -> [AnsweredResponse] {
        let selection: Selection<ResponseID> = try await request.decodeBody()
        guard let ids = selection.ids, ids.count <= QueueFilter.maximum else {
            throw Problem.badRequest("Name at most \(QueueFilter.maximum) ids.")
        }
        do { return try await queue.answered(ids) } catch { throw Problem.failing(error) }
    }

    private func show(_ context: CollectorContext) async throws -> QueueItem {
        guard let id = context.parameters.get("id").flatMap({ ResponseID(rawValue: $0) }) else {
            throw Problem.badRequest("Response ids look like nps1- and 32 hex digits.")
        }
        let item: QueueItem?
        do { item = try await queue.show(id) } catch { throw Problem.failing(error) }
        guard let item else { throw Problem.missing("response") }
        return item
    }

    /// What doesn't fit into the time limit is left to the next call, so that each is answered in time.
    private func retry(_ request: Request) async throws -> RetryProgress {
        let wanted: RetryRequest = try await request.decodeBody()
        return try await actions.retry(wanted, by: .init(request))
    }

    static func limit(_ request: Request) throws -> Int {
        guard let text = request.query("limit") else { return 100 }
        guard let limit = Int(text), limits.contains(limit) else { throw wrongLimit }
        return limit
    }

    private static let limits = 1...QueueFilter.maximum
    private static let wrongLimit = Problem.badRequest("limit must be a number from 1 to 1000.")
}

/// Which parked responses are to be tried again.
package struct RetryRequest: Codable, Sendable, Hashable {
    /// Nil = all, or those of the reason.
    package let ids: [ResponseID]?
    /// Only those whose reason contains this text, in any case; nil = any reason.
    package let reason: String?
    /// `next` of the previous call; nil for the first. Not with ids.
    package let after: RetryPosition?

    package init(ids: [ResponseID]? = nil, reason: String? = nil, after: RetryPosition? = nil) {
        self.ids = ids
        self.reason = reason
        self.after = after
    }
}

/// Whose responses to list. In a body, because proxies log paths and queries and shells keep them.
package struct SearchRequest: Codable, Sendable {
    package let email: String
    package let state: ResponseState?
    package let limit: Int
    package let after: Int64?

    package init(email: String, state: ResponseState?, limit: Int, after: Int64?) {
        self.email = email
        self.state = state
        self.limit = limit
        self.after = after
    }
}
