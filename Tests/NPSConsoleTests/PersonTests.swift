import Foundation
import NPSModel
import NPSPages
import NPSQueue
import Testing

@testable import NPSConsole

@Suite("The pages of a person")
struct PersonTests {
    private let pages: ConsolePages
    private let visit: Visit
    private let address = "ana+<x>@example.com"

    init() throws {
        pages = try ConsolePages()
        visit = pages.visit(lang: "de", accepted: [])
    }

    private func html(_ content: PersonPage.Content) -> String {
        pages.person(PersonPage(content, at: Sample.date), in: visit).html
    }

    /// What stands in the addresses of a page.
    private func addresses(_ html: String) -> String {
        html.matches(of: /(?:href|action)="([^"]*)"/).map { String($0.1) }.joined(separator: " ")
    }

    @Test("show what was said, as text, and put no address of a person into the address of a page")
    func found() {
        let items = [Sample.item(7, .pending, score: 0, comment: "<b>Zu langsam</b>"), Sample.item(3, .delivered)]
        let html = html(.found(address, items, hasMore: true))
        #expect(html.contains("&lt;b&gt;Zu langsam") && html.contains("ana+&lt;x&gt;@example.com"))
        #expect(html.contains(">0<") && html.contains("Geliefert") && html.contains("queue list --email -"))
        #expect(!addresses(html).contains("example.com"))
        let question = self.html(.erasure(address, ticket: "t1"))
        #expect(question.contains(#"value="t1""#) && !addresses(question).contains("example.com"))
        #expect(addresses(question).contains("/console/person/erase?lang=de"))
    }

    @Test("the answer to a form leads to other languages by another page, since it can't be opened again")
    func languages() {
        var visit = visit
        visit.base = "/console/person"
        let html = pages.receipt(ErasureNote(erasedAt: Sample.date, isRemoteWanted: false), in: visit).html
        #expect(html.contains(#"href="/console/person?lang=en""#))
    }

    @Test("a long comment is cut")
    func cut() {
        let html = html(.found(address, [Sample.item(7, comment: String(repeating: "ä", count: 700))], hasMore: false))
        #expect(html.contains(String(repeating: "ä", count: 350) + "<") && html.contains("queue show"))
    }

    @Test("what isn't an address is shown again, with what is wrong")
    func wrong() {
        let html = html(.wrong("ana@\"><i>"))
        #expect(html.contains("<title>Fehler: Eine Person") && html.contains("aria-invalid"))
        #expect(html.contains("ana@&quot;&gt;&lt;i&gt;"))
        #expect(self.html(.question).contains("<title>Eine Person"))
    }

    @Test("a receipt adds up what each part of the work did, and tells what is left at Planhat")
    func receipt() {
        let ids = (1...3).map { ResponseID(source: "acme", providerID: "\($0)") }
        let remote = [
            Erasure.Remote(id: ids[0], planhatId: "64a1", deletableFrom: Sample.date),
            Erasure.Remote(id: ids[2], planhatId: nil, deletableFrom: nil),
        ]
        var note = ErasureNote(erasedAt: Sample.date, isRemoteWanted: false)
        #expect(pages.receipt(note, in: visit).html.contains("Von dieser Person wurde nichts gefunden."))
        let first = [Erasure.Response(id: ids[0], state: .delivered)]
        note.add(Erasure(erasedAt: Sample.date, responses: first, remote: []), quarantined: 2)
        let second = [Erasure.Response(id: ids[1], state: .pending)]
        note.add(Erasure(erasedAt: Sample.date, responses: second, remote: remote), quarantined: 1)
        let html = pages.receipt(note, in: visit).html
        for words in ["Antworten: Geliefert", "64a1", "nie dort", "vielleicht", "Vielleicht noch bei Planhat: 2"] {
            #expect(html.contains(words))
        }
        #expect(ids.allSatisfy { html.contains($0.rawValue) })
        #expect(html.contains(#"<th scope="row">Sendungen in Quarantäne</th><td>3</td>"#))
        var wanted = ErasureNote(erasedAt: Sample.date, isRemoteWanted: true)
        wanted.add(Erasure(erasedAt: Sample.date, responses: [], remote: remote), quarantined: 0)
        #expect(pages.receipt(wanted, in: visit).html.contains("Bei Planhat zu löschen: 2"))
        #expect(pages.receipt(wanted, pause: "Planhat is away.", in: visit).html.contains("Planhat is away."))
        #expect(!pages.receipt(note, pause: "Planhat is away.", in: visit).html.contains("Planhat is away."))
    }
}

@Suite("The page of what was done")
struct AuditTests {
    @Test("shows entries as text, and leads to earlier ones")
    func entries() throws {
        let pages = try ConsolePages()
        let entries = AuditEntry.Action.allCases.enumerated().map { number, action in
            AuditEntry(
                number: Int64(50 - number),
                at: Sample.date,
                actor: AuditEntry.Actor.allCases[number % 3],
                action: action,
                subject: "everything <parked>",
                outcome: "3 responses are pending again."
            )
        }
        let board = AuditBoard(entries: entries, isFirstPage: false, hasMore: true, at: Sample.date)
        let html = pages.audit(board, in: pages.visit(lang: "en", accepted: [])).html
        #expect(html.contains("everything &lt;parked&gt;") && html.contains("before=46&amp;lang=en"))
        #expect(html.contains("Erasure") && html.contains("program") && html.contains("Latest"))
        let none = AuditBoard(entries: [], isFirstPage: true, hasMore: false, at: Sample.date)
        #expect(
            pages.audit(none, in: pages.visit(lang: "en", accepted: [])).html.contains("Nothing has been done yet.")
        )
    }
}
