import Foundation
import HTTPTypes
import Hummingbird
import NPSConsole
import NPSModel
import NPSPages
import NPSQueue

/// A person's responses, and their erasure. The address comes in bodies of forms only: paths and queries end in logs.
struct PersonPages {
    let shared: OperatorPages

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("console/person") { request, _ in try await open(request) }
        router.post("console/person") { request, _ in try await search(request) }
        router.post("console/person/erase") { request, _ in try await erase(request) }
        router.get("console/person/receipt") { request, _ in receipt(request) }
        // Whoever loads the answer to a form again without the form.
        router.get("console/person/erase") { request, _ in HTTPAnswer.toArea(.person, shared.pages.visit(request)) }
    }

    private func show(_ page: PersonPage, _ request: Request, _ status: HTTPResponse.Status = .ok) -> HTTPAnswer {
        HTTPAnswer(shared.pages.person(page, in: shared.pages.visit(request)), status)
    }

    /// The question whom to look for, or the response of an id with whose it is: an id says nothing of anybody, so it may be
    /// in the address.
    private func open(_ request: Request) async throws -> HTTPAnswer {
        guard let text = request.field("id") else { return show(PersonPage(.question, at: shared.now()), request) }
        guard let id = ResponseID(rawValue: text) else { throw Problem.notFound }
        let content = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await Self.content(of: id, in: queue)
        }
        guard let content else { throw Problem.notFound }
        return show(PersonPage(content, at: shared.now()), request)
    }

    /// The response, and then the last others of the same person.
    private static func content(
        of id: ResponseID,
        in queue: ResponseQueue
    ) async throws(QueueError) -> PersonPage.Content? {
        guard let item = try await queue.show(id) else { return nil }
        guard let address = item.email.flatMap({ try? EmailAddress($0) }) else { return .alone(item) }
        let others = try await queue.latest(of: address, limit: PersonPage.length + 1).filter { $0.id != id }
        let shown = Array(others.prefix(PersonPage.length - 1))
        return .found(address.address, [item] + shown, hasMore: others.count > shown.count)
    }

    private func search(_ request: Request) async throws -> HTTPAnswer {
        let fields = try await OperatorPages.form(request, ["email", "before"])
        let typed = fields["email"] ?? ""
        guard let address = try? EmailAddress(typed) else {
            return show(PersonPage(.wrong(typed), at: shared.now()), request, .unprocessableContent)
        }
        let before = fields["before"].flatMap(Int64.init)
        let items = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await queue.latest(of: address, before: before, limit: PersonPage.length + 1)
        }
        let shown = Array(items.prefix(PersonPage.length))
        let content = PersonPage.Content.found(address.address, shown, hasMore: items.count > shown.count)
        return show(PersonPage(content, at: shared.now()), request)
    }

    /// Asks first; only the form of the question has the ticket that makes it happen.
    private func erase(_ request: Request) async throws -> HTTPAnswer {
        let fields = try await OperatorPages.form(request, ["email", "ticket", "remote"])
        guard let address = try? EmailAddress(fields["email"] ?? "") else { throw Problem.wrongAddress }
        guard let ticket = fields["ticket"] else { return ask(address, request) }
        let isRemote = fields["remote"] != nil
        let erasure = PersonErasure(
            call: { [actions = shared.actions] wanted, note in
                try await actions.erase(wanted, by: .page) { note.add($0) }
            },
            hurry: shared.hurry,
            now: shared.now
        )
        let patience = shared.patience
        let work: ErasureTickets.Work = { await erasure.run(address, isRemote: $0, after: $1) }
        let tickets = shared.tickets
        let progress = try await tickets.progress(of: ticket, address, isRemote: isRemote, within: patience, work)
        switch progress {
        case .unknown: return ask(address, request)
        case .goingOn(let isRemote):
            let content = PersonPage.Content.erasing(address.address, ticket: ticket, isRemote: isRemote)
            return show(PersonPage(content, at: shared.now()), request)
        case .done(let note): return show(note, ReceiptPlace(ticket: ticket), request)
        }
    }

    private func ask(_ address: EmailAddress, _ request: Request) -> HTTPAnswer {
        let content = PersonPage.Content.erasure(address.address, ticket: shared.tickets.ask(about: address))
        return show(PersonPage(content, at: shared.now()), request)
    }

    /// A part of a receipt, as long as that is known. It has nothing of the person, so its address may have the ticket.
    private func receipt(_ request: Request) -> HTTPAnswer {
        let ticket = request.field("ticket") ?? ""
        guard let note = shared.tickets.receipt(ticket) else { return .toArea(.person, shared.pages.visit(request)) }
        return show(note, ReceiptPlace(ticket: ticket, from: request.field("from").flatMap(Int.init) ?? 0), request)
    }

    private func show(_ note: ErasureNote, _ place: ReceiptPlace, _ request: Request) -> HTTPAnswer {
        let report = shared.delivery()
        let pause = report.isHeldUp ? report.sentence : nil
        let page = shared.pages.receipt(note, at: place, pause: pause, in: shared.pages.visit(request))
        return HTTPAnswer(page, .ok)
    }
}
