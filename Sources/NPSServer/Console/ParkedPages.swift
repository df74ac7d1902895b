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
            from: min(request.query("from").flatMap(Int.init).map { max(0, $0) } ?? 0, ParkedBoard.limit),
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
            let books = try await shared.queue.status()
            (board.total, board.expiry) = (books.parked, books.parkedExpiry)
            return board
        }
        let page = shared.pages.parked(board, did: shared.deed(request, [.retried]), in: shared.pages.visit(request))
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

    /// As `queue retry` with the ids of all that have the reason, a page of what is parked at a time.
    private func retry(group key: String) async throws -> Deed {
        let begin = ContinuousClock.now
        var count = 0
        var filter = QueueFilter(state: .parked, limit: QueueFilter.maximum)
        do {
            repeat {
                let wanted = filter
                let items = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
                    try await queue.list(wanted)
                }
                guard let last = items.last else { return Deed(.retried, count: count) }
                let ids = items.filter { ParkedBoard.key(of: $0.reason ?? "") == key }.map(\.id)
                if !ids.isEmpty { count += try await shared.actions.retry(RetryRequest(ids: ids), by: .page).count }
                filter.after = last.sequence
            } while shared.hasTime(since: begin)
        } catch {
            // What was done is told, and the next try tells what is wrong.
            guard count > 0 else { throw error }
        }
        return Deed(.retried, count: count, isCut: true)
    }

    private func retryAll() async throws -> Deed {
        let begin = ContinuousClock.now
        var count = 0
        var place: RetryPosition?
        do {
            repeat {
                let part = try await shared.actions.retry(RetryRequest(after: place), by: .page)
                count += part.count
                place = part.next
            } while place != nil && shared.hasTime(since: begin)
        } catch {
            guard count > 0 else { throw error }
            return Deed(.retried, count: count, isCut: true)
        }
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
