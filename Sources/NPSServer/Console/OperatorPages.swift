import Foundation
import HTTPTypes
import Hummingbird
import NPSConsole
import NPSPages
import NPSQueue

/// What the pages have in common on which something can be done. They do nothing that a verb can't, and everything through
/// ``OperatorActions``.
struct OperatorPages: Sendable {
    let pages: ConsolePages
    let queue: ResponseQueue
    let actions: OperatorActions
    /// For what kind of reason a response is parked.
    let cause: @Sendable (String) -> ParkedCause
    /// Told which responses Planhat is to forget, since somebody waits for it.
    let hurry: @Sendable ([Erasure.Remote]) -> Void
    /// How delivery is going.
    let delivery: @Sendable () -> DeliveryReport
    let tickets = ErasureTickets()
    let trials = OneAtATime()
    private let deeds = RecentDeeds()
    /// How long a page reads, or works before it says that there is more.
    var patience = Duration.seconds(8)
    var now: @Sendable () -> Date = { Date() }

    /// - Parameter router: lets only those in who may see the pages, and only forms of these pages change anything.
    func add(to router: some RouterMethods<CollectorContext>) {
        ParkedPages(shared: self).add(to: router)
        QuarantinePages(shared: self).add(to: router)
        PersonPages(shared: self).add(to: router)
        router.get("console/audit") { request, _ in try await audit(request) }
    }

    private func audit(_ request: Request) async throws -> HTTPAnswer {
        let before = request.field("before").flatMap(Int64.init)
        let entries = try await read { [queue] () async throws(QueueError) in
            try await queue.audit(before: before, limit: AuditBoard.length + 1)
        }
        let board = AuditBoard(
            entries: Array(entries.prefix(AuditBoard.length)),
            isFirstPage: before == nil,
            hasMore: entries.count > AuditBoard.length,
            at: now()
        )
        return HTTPAnswer(pages.audit(board, in: pages.visit(request)), .ok)
    }

    /// Reads what a page shows. A page has to come also while the database doesn't answer, and say so.
    func read<Value: Sendable>(
        _ find: @escaping @Sendable () async throws(QueueError) -> Value
    ) async throws -> Value {
        let found: Result<Value, QueueError>? = await answer(within: patience) {
            do throws(QueueError) { return .success(try await find()) } catch { return .failure(error) }
        }
        switch found {
        case .success(let value): return value
        case .failure(let error): throw Problem.failing(error)
        case nil: throw Problem.silentQueue
        }
    }

    /// Whether there is time to go on with work that began then.
    func hasTime(since begin: ContinuousClock.Instant) -> Bool { ContinuousClock.now - begin < patience }

    /// The fields of a form that was sent.
    static func form(_ request: Request, _ names: Set<String>) async throws -> [String: String] {
        guard URLEncodedForm.isMediaType(request.headers[.contentType]) else {
            throw Problem.badRequest("Send it as application/x-www-form-urlencoded, the way a browser does.")
        }
        let body = try await request.collectBody(upTo: 8_192)
        do throws(PageError) {
            return try URLEncodedForm(body, fields: names).fields
        } catch {
            throw Problem.badRequest(error.description)
        }
    }

    /// Leads on to the page that says what was done, so that loading it again does nothing. The address has a ticket only:
    /// what it said itself, anybody could make up.
    func seeOther(_ deed: Deed, _ area: Area, _ request: Request) -> HTTPAnswer {
        .seeOther(pages.visit(request).address(area.path, ["done": deeds.give(deed)]))
    }

    /// What was done just before, by the ticket in the page's address.
    ///
    /// - Parameter kinds: what can have led to the page.
    func deed(_ request: Request, _ kinds: Set<Deed.Kind>) -> Deed? {
        guard let deed = request.field("done").flatMap(deeds.deed), kinds.contains(deed.kind) else { return nil }
        return deed
    }
}
