import Foundation
import HTTPTypes
import Hummingbird
import NPSConsole
import NPSModel
import NPSPages
import NPSQueue

/// What is parked and why, and the way back into the queue: for one response, those of a reason, or all.
struct ParkedPages {
    let shared: OperatorPages

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("console/parked") { request, _ in try await show(request) }
        router.post("console/parked") { request, _ in try await retry(request) }
    }

    private func show(_ request: Request) async throws -> HTTPAnswer {
        let key = request.query("group")
        let empty = ParkedBoard(
            only: key,
            after: request.query("after").flatMap(Int64.init) ?? 0,
            rows: ParkedBoard.length,
            at: shared.now(),
            cause: shared.cause
        )
        let board = try await shared.read { () async throws(QueueError) in
            var board = empty
            try await read { items in
                board.add(items)
                return board.count < ParkedBoard.limit
            }
            board.isCut = board.count >= ParkedBoard.limit
            board.expiry = try await shared.queue.status().parkedExpiry
            return board
        }
        let page = shared.pages.parked(board, did: Deed(request.query), in: shared.pages.visit(request))
        return HTTPAnswer(page, .ok)
    }

    private func retry(_ request: Request) async throws -> HTTPAnswer {
        let fields = try await OperatorPages.form(request, ["id", "group", "all"])
        let deed: Deed
        if let text = fields["id"] {
            guard let id = ResponseID(rawValue: text) else { throw Problem.badRequest("There is no such id.") }
            deed = Deed(.retried, count: try await shared.actions.retry(RetryRequest(ids: [id]), by: .page).count)
        } else if let key = fields["group"] {
            deed = try await retry(group: key)
        } else if fields["all"] != nil {
            deed = try await retryAll()
        } else {
            throw Problem.badRequest("The form doesn't say what to retry.")
        }
        return shared.seeOther(deed, .parked, request)
    }

    /// As `queue retry` with the ids of all that have the reason.
    private func retry(group key: String) async throws -> Deed {
        let begin = ContinuousClock.now
        var ids: [ResponseID] = []
        do throws(QueueError) {
            try await read { items in
                ids += items.filter { ParkedBoard.key(of: $0.reason ?? "") == key }.map(\.id)
                return shared.hasTime(since: begin)
            }
        } catch {
            throw Problem.failing(error)
        }
        var count = 0
        var rest = ids[...]
        while !rest.isEmpty, shared.hasTime(since: begin) {
            let part = Array(rest.prefix(QueueFilter.maximum))
            count += try await shared.actions.retry(RetryRequest(ids: part), by: .page).count
            rest = rest.dropFirst(part.count)
        }
        return Deed(.retried, count: count, isCut: !rest.isEmpty || !shared.hasTime(since: begin))
    }

    private func retryAll() async throws -> Deed {
        let begin = ContinuousClock.now
        var count = 0
        var place: RetryPosition?
        repeat {
            let part = try await shared.actions.retry(RetryRequest(after: place), by: .page)
            count += part.count
            place = part.next
        } while place != nil && shared.hasTime(since: begin)
        return Deed(.retried, count: count, isCut: place != nil)
    }

    /// Reads all that is parked, a page after the other.
    ///
    /// - Parameter take: is given each page, and returns whether to go on.
    private func read(_ take: ([QueueItem]) -> Bool) async throws(QueueError) {
        var filter = QueueFilter(state: .parked, limit: QueueFilter.maximum)
        while true {
            let items = try await shared.queue.list(filter)
            guard let last = items.last, take(items) else { return }
            filter.after = last.sequence
        }
    }
}
