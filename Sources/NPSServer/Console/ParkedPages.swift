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
        let key = request.field("group")
        let empty = ParkedBoard(
            only: key,
            after: request.field("after").flatMap(Int64.init) ?? 0,
            from: min(request.field("from").flatMap(Int.init).map { max(0, $0) } ?? 0, ParkedBoard.limit),
            rows: ParkedBoard.length,
            at: shared.now(),
            cause: shared.cause
        )
        var board = empty
        _ = try await each { part in
            board.add(part)
            return board.count < ParkedBoard.limit
        }
        let books = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await queue.status()
        }
        (board.total, board.expiry) = (books.parked, books.parkedExpiry)
        let page = shared.pages.parked(board, did: shared.deed(request, [.retried]), in: shared.pages.visit(request))
        return HTTPAnswer(page, .ok)
    }

    private func retry(_ request: Request) async throws -> HTTPAnswer {
        let fields = try await OperatorPages.form(request, ["id", "group", "all"])
        let deed: Deed
        if let text = fields["id"] {
            guard let id = ResponseID(rawValue: text) else { throw Problem.badRequest("There is no such id.") }
            deed = try await Deed(.retried) { deed in
                try await retry([id]) { deed.count += $0 }
                return true
            }
        } else if let key = fields["group"] {
            deed = try await retry(group: key)
        } else if fields["all"] != nil {
            deed = try await retryAll()
        } else {
            throw Problem.badRequest("The form doesn't say what to retry.")
        }
        return shared.seeOther(deed, .parked, request)
    }

    /// As `queue retry` with the ids of all that have the reason, as many at a time as may be named.
    private func retry(group key: String) async throws -> Deed {
        var choice = ReasonChoice(key)
        return try await Deed(.retried) { deed in
            var ids: [ResponseID] = []
            let isComplete = try await each { part in
                ids += part.filter { choice.holds($0.reason) }.map(\.id)
                while ids.count >= QueueFilter.maximum {
                    try await retry(ids.prefix(QueueFilter.maximum)) { deed.count += $0 }
                    ids.removeFirst(QueueFilter.maximum)
                }
                return true
            }
            try await retry(ids[...]) { deed.count += $0 }
            return isComplete
        }
    }

    private func retry(_ ids: ArraySlice<ResponseID>, _ onPart: (Int) -> Void) async throws {
        guard !ids.isEmpty else { return }
        _ = try await shared.actions.retry(RetryRequest(ids: Array(ids)), by: .page, onPart: onPart)
    }

    private func retryAll() async throws -> Deed {
        let begin = ContinuousClock.now
        return try await Deed(.retried) { deed in
            var place: RetryPosition?
            repeat {
                place = try await shared.actions.retry(RetryRequest(after: place), by: .page) { deed.count += $0 }.next
            } while place != nil && shared.hasTime(since: begin)
            return place == nil
        }
    }

    /// Reads what is parked, a part after the other, for as long as there is time.
    ///
    /// - Parameter take: is given each part, and returns whether to go on.
    /// - Returns: whether it came to the end.
    private func each(_ take: ([ParkedResponse]) async throws -> Bool) async throws -> Bool {
        let begin = ContinuousClock.now
        var place: Int64 = 0
        while shared.hasTime(since: begin) {
            let after = place
            let part = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
                try await queue.parked(after: after)
            }
            guard let last = part.last else { return true }
            guard try await take(part) else { return false }
            place = last.sequence
        }
        return false
    }
}
