import Foundation
import HTTPTypes
import Hummingbird
import NPSConsole
import NPSModel
import NPSPages
import NPSQueue
import NPSSurvey

/// A person's responses, and their erasure. The address comes in bodies of forms only: paths and queries end in logs.
struct PersonPages {
    let shared: OperatorPages

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("console/person") { request, _ in show(PersonPage(.question, at: shared.now()), request) }
        router.post("console/person") { request, _ in try await search(request) }
        router.post("console/person/erase") { request, _ in try await erase(request) }
    }

    /// In which language, and where other languages lead: a page that answers a form can't be opened again.
    private func visit(_ request: Request) -> Visit {
        var visit = shared.pages.visit(request)
        visit.base = Area.person.path
        return visit
    }

    private func show(_ page: PersonPage, _ request: Request, _ status: HTTPResponse.Status = .ok) -> HTTPAnswer {
        HTTPAnswer(shared.pages.person(page, in: visit(request)), status)
    }

    private func search(_ request: Request) async throws -> HTTPAnswer {
        let typed = try await OperatorPages.form(request, ["email"])["email"] ?? ""
        guard let address = try? EmailAddress(typed) else {
            return show(PersonPage(.wrong(typed), at: shared.now()), request, .unprocessableContent)
        }
        let items = try await shared.read { [queue = shared.queue] () async throws(QueueError) in
            try await queue.list(QueueFilter(person: address, limit: QueueFilter.maximum))
        }
        let shown = Array(items.reversed().prefix(PersonPage.length))
        let content = PersonPage.Content.found(address.address, shown, hasMore: items.count > shown.count)
        return show(PersonPage(content, at: shared.now()), request)
    }

    /// Asks first; only the form of the question has the ticket that makes it happen.
    private func erase(_ request: Request) async throws -> HTTPAnswer {
        let fields = try await OperatorPages.form(request, ["email", "ticket", "remote"])
        guard let address = try? EmailAddress(fields["email"] ?? "") else { throw Problem.wrongAddress }
        guard let ticket = fields["ticket"] else { return ask(address, request) }
        let isRemote = fields["remote"] != nil
        let patience = shared.patience
        let progress = try await shared.tickets.progress(of: ticket, address, isRemote: isRemote, within: patience) {
            note in
            await erase(address, isRemote: isRemote, after: note)
        }
        switch progress {
        case .unknown: return ask(address, request)
        case .goingOn:
            let content = PersonPage.Content.erasure(address.address, ticket: ticket, isGoingOn: true)
            return show(PersonPage(content, at: shared.now()), request)
        case .done(let note):
            let report = shared.delivery()
            let pause = report.isHeldUp ? report.sentence : nil
            return HTTPAnswer(shared.pages.receipt(note, pause: pause, in: visit(request)), .ok)
        }
    }

    private func ask(_ address: EmailAddress, _ request: Request) -> HTTPAnswer {
        let content = PersonPage.Content.erasure(address.address, ticket: shared.tickets.ask(about: address))
        return show(PersonPage(content, at: shared.now()), request)
    }

    /// - Parameter before: what an earlier try did.
    /// - Returns: what was done, and what kept the rest from being done.
    private func erase(
        _ address: EmailAddress,
        isRemote: Bool,
        after before: ErasureNote?
    ) async -> (note: ErasureNote?, error: (any Error)?) {
        var note = before
        var after: Int64?
        do {
            repeat {
                let wanted = ErasureRequest(email: address.address, remote: isRemote, after: after)
                let part = try await shared.actions.erase(wanted, by: .page)
                var sum = note ?? ErasureNote(erasedAt: part.erasure.erasedAt, isRemoteWanted: isRemote)
                sum.add(part.erasure, quarantined: part.quarantined)
                (note, after) = (sum, part.next)
            } while after != nil
        } catch {
            return (note, error)
        }
        if isRemote, let note { shared.hurry(note.remote) }
        return (note, nil)
    }
}
