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

    private func show(_ page: PersonPage, _ request: Request, _ status: HTTPResponse.Status = .ok) -> HTTPAnswer {
        HTTPAnswer(shared.pages.person(page, in: shared.pages.visit(request)), status)
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

    /// Asks first; only the form of the question has what makes it happen.
    private func erase(_ request: Request) async throws -> HTTPAnswer {
        let fields = try await OperatorPages.form(request, ["email", "ticket", "remote"])
        guard let address = try? EmailAddress(fields["email"] ?? "") else { throw Problem.wrongAddress }
        guard let ticket = fields["ticket"] else {
            let question = PersonPage.Content.erasure(address.address, ticket: FormNonce().text)
            return show(PersonPage(question, at: shared.now()), request)
        }
        let isRemote = fields["remote"] != nil
        let note = try await shared.tickets.note(for: ticket, address, isRemote: isRemote) {
            try await erase(address, isRemote: isRemote)
        }
        return HTTPAnswer(shared.pages.receipt(note, in: shared.pages.visit(request)), .ok)
    }

    private func erase(_ address: EmailAddress, isRemote: Bool) async throws -> ErasureNote {
        var note: ErasureNote?
        var after: Int64?
        repeat {
            let wanted = ErasureRequest(email: address.address, remote: isRemote, after: after)
            let part = try await shared.actions.erase(wanted, by: .page)
            var sum = note ?? ErasureNote(erasedAt: part.erasure.erasedAt, isRemoteWanted: isRemote)
            sum.add(part.erasure, quarantined: part.quarantined)
            (note, after) = (sum, part.next)
        } while after != nil
        guard let note else { throw Problem.unexpected }
        if isRemote { shared.hurry(note.remote) }
        return note
    }
}
