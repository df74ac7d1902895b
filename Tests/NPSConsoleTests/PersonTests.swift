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
        #expect(html.contains(">0<") && html.contains("Geliefert"))
        #expect(html.contains(#"<button formaction="/console/person?lang=de" name="before" value="3">"#))
        #expect(!addresses(html).contains("example.com"))
        let question = self.html(.erasure(address, ticket: "t1"))
        #expect(question.contains(#"value="t1""#) && !addresses(question).contains("example.com"))
        #expect(addresses(question).contains("/console/person/erase?lang=de"))
        #expect(question.contains(#"type="checkbox""#) && question.contains("So lassen"))
    }

    @Test("while an erasure goes on, its form asks for the receipt as it was begun", arguments: [true, false])
    func erasing(isRemote: Bool) {
        let html = html(.erasing(address, ticket: "t1", isRemote: isRemote))
        #expect(html.contains("<title>Die Löschung läuft") && html.contains(#"value="t1""#))
        #expect(html.contains(#"<input type="hidden" name="remote" value="1">"#) == isRemote)
        #expect(!html.contains(#"type="checkbox""#) && !html.contains("endgültig"))
        #expect(!addresses(html).contains("example.com"))
    }

    @Test("the answer to a form leads to other languages by another page, since it can't be opened again")
    func languages() {
        var visit = visit
        visit.base = "/console/person"
        let html = pages.receipt(ErasureNote(erasedAt: Sample.date), at: place, in: visit).html
        #expect(html.contains(#"href="/console/person?lang=en""#))
    }

    @Test("long words are cut, and each of several has its share of the room")
    func cut() {
        let long = Sample.item(7, comment: String(repeating: "ä", count: 900))
        let html = html(.found(address, [long], hasMore: false))
        #expect(html.contains(String(repeating: "ä", count: 250) + "<") && html.contains("queue show"))
        let short = Sample.item(8, reason: "bad \"item\"", comment: "kurz")
        let both = self.html(.found(address, [short, long], hasMore: false))
        #expect(both.contains("kurz<") && both.contains("bad &quot;item&quot;<"))
        #expect(both.contains(String(repeating: "ä", count: 230)))
        #expect(!self.html(.found(address, [short], hasMore: false)).contains("queue show"))
    }

    @Test("a response that was asked for by its id is shown with its survey, and without a person where none is known")
    func alone() {
        let html = html(.alone(Sample.item(7, .delivered)))
        #expect(html.contains(ResponseID(source: "acme", providerID: "7").rawValue) && html.contains("acme"))
        #expect(html.contains("wird nicht aufbewahrt") && !html.contains("/console/person/erase"))
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
        func remote(isWanted: Bool) -> [Erasure.Remote] {
            [
                Erasure.Remote(id: ids[0], planhatId: "64a1", deletableFrom: Sample.date, isWanted: isWanted),
                Erasure.Remote(id: ids[2], planhatId: nil, deletableFrom: nil),
            ]
        }
        var note = ErasureNote(erasedAt: Sample.date)
        #expect(pages.receipt(note, at: place, in: visit).html.contains("Von dieser Person wurde nichts gefunden."))
        let first = [Erasure.Response(id: ids[0], state: .delivered)]
        note.add(quarantined: 2)
        note.add(Erasure(erasedAt: Sample.date, responses: first, remote: []))
        note.add(quarantined: 1)
        let second = [Erasure.Response(id: ids[1], state: .pending)]
        note.add(Erasure(erasedAt: Sample.date, responses: second, remote: remote(isWanted: false)))
        let html = pages.receipt(note, at: place, pause: "Planhat is away.", in: visit).html
        for words in ["Antworten: Geliefert", "64a1", "nie dort", "vielleicht", "Vielleicht noch bei Planhat: 2"] {
            #expect(html.contains(words))
        }
        #expect(ids.allSatisfy { html.contains($0.rawValue) })
        #expect(html.contains(#"<th scope="row">Sendungen in Quarantäne</th><td>3</td>"#))
        #expect(!html.contains("Planhat is away.") && !html.contains("Bei Planhat zu löschen"))
        // What was ordered before is known, too.
        note.settle(remote(isWanted: true))
        let both = pages.receipt(note, at: place, pause: "Planhat is away.", in: visit).html
        #expect(both.contains("Bei Planhat zu löschen: 1") && both.contains("Vielleicht noch bei Planhat: 1"))
        #expect(both.contains("Planhat is away."))
    }

    private let place = ReceiptPlace(ticket: "t1")

    @Test("what a later part tells of a record replaces what an earlier one did")
    func merged() {
        let id = ResponseID(source: "acme", providerID: "1")
        var note = ErasureNote(erasedAt: Sample.date)
        for isWanted in [false, true] {
            let remote = Erasure.Remote(id: id, planhatId: nil, deletableFrom: nil, isWanted: isWanted)
            note.add(Erasure(erasedAt: Sample.date, responses: [], remote: [remote]))
        }
        #expect(note.remote.map(\.isWanted) == [true] && !note.isEmpty)
    }

    @Test("the pages are small however much there is, and lead to the rest", arguments: ["en", "de", "ar"])
    func weight(tag: String) throws {
        let visit = pages.visit(lang: tag, accepted: [])
        let local = String(repeating: "&'", count: 32)
        let email = local + "@" + Array(repeating: String(repeating: "x", count: 61), count: 3).joined(separator: ".")
        for character in ["\"", "<", "ä", "e\u{301}", "\u{1F600}", "x"] {
            let words = String(repeating: character, count: 5_000)
            let items = (1...Int64(PersonPage.length)).map {
                Sample.item($0, reason: String(words.prefix(500)), email: email, score: 10, comment: words)
            }
            for content in [
                PersonPage.Content.found(email, items, hasMore: true), .wrong(words), .erasure(email, ticket: "t1"),
                .erasing(email, ticket: "t1", isRemote: true),
            ] {
                let page = pages.person(PersonPage(content, at: Sample.date), in: visit)
                #expect(page.bytes.count < Self.most, "\(character) \(content)")
            }
        }
        var note = ErasureNote(erasedAt: Sample.date)
        note.add(quarantined: 1_000_000)
        let states = ResponseState.allCases
        let responses = (0..<100).map {
            Erasure.Response(id: ResponseID(source: "acme", providerID: "\($0)"), state: states[$0 % states.count])
        }
        let remote = responses.enumerated().map { number, response in
            Erasure.Remote(
                id: response.id,
                planhatId: String(repeating: "6", count: 24),
                deletableFrom: nil,
                isWanted: number > 50
            )
        }
        note.add(Erasure(erasedAt: Sample.date, responses: responses, remote: remote))
        var seen: [String] = []
        var from: Int? = 0
        let pause = "Delivery is paused: Planhat refuses planhat.token. It goes on by itself once that is mended."
        while let start = from {
            let place = ReceiptPlace(ticket: String(repeating: "t", count: 22), from: start)
            let page = pages.receipt(note, at: place, pause: pause, in: visit)
            #expect(page.bytes.count < Self.most)
            seen += page.html.matches(of: /<code>(nps1-\w+)/).map { String($0.1) }
            from = page.html.firstMatch(of: /from=(\d+)/).flatMap { Int($0.1) }
        }
        #expect(seen == responses.map(\.id.rawValue))
    }

    /// The head of the answer takes some 640 bytes of 10 KB.
    static let most = 10_240 - 640
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

    @Test("it is small whatever the entries name", arguments: ["en", "de", "ar"])
    func weight(tag: String) throws {
        let pages = try ConsolePages()
        let ids = (1...10).map { ResponseID(source: "acme", providerID: "\($0)").rawValue }.joined(separator: ", ")
        let entries = (1...AuditBoard.length).map { number in
            AuditEntry(
                number: 1_000_000 - Int64(number),
                at: Sample.date,
                actor: .token,
                action: .retry,
                subject: ids + " and 990 more",
                outcome: "1000 responses are to be sent again; ended with an error: whether that was all isn't known"
            )
        }
        let board = AuditBoard(entries: entries, isFirstPage: false, hasMore: true, at: Sample.date)
        let page = pages.audit(board, in: pages.visit(lang: tag, accepted: []))
        #expect(page.bytes.count < PersonTests.most)
        #expect(page.html.contains("nps1-") && page.html.contains("are to be sent again") && page.html.contains("…"))
    }
}
