import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NPSConsole
import NPSModel
import NPSQueue
import NPSWebhooks
import TestSupport
import Testing

@testable import NPSServer

@Suite("The pages on which something can be done")
struct OperatorPagesTests {
    /// Somebody in front of the pages.
    private struct Operator {
        let client: any TestClientProtocol

        func get(_ path: String) async throws -> TestResponse {
            try await client.executeRequest(uri: path, method: .get, headers: Self.fields, body: nil)
        }

        func post(_ path: String, _ body: String) async throws -> TestResponse {
            var fields = Self.fields
            fields[.contentType] = "application/x-www-form-urlencoded"
            if let site = HTTPField.Name("Sec-Fetch-Site") { fields[site] = "same-origin" }
            return try await client.executeRequest(
                uri: path,
                method: .post,
                headers: fields,
                body: ByteBuffer(string: body)
            )
        }

        /// Sends a form, and returns what the page says that it leads to.
        func press(_ path: String, _ body: String) async throws -> String {
            let answer = try await post(path, body)
            #expect(answer.status == .seeOther)
            let location = try #require(answer.headers[.location])
            #expect(location.contains("?done="), "what was done doesn't stand in the address")
            return try await get(location).text
        }

        private static let fields: HTTPFields = [.authorization: "Bearer " + CollectorFixture.adminToken]
    }

    private func withPages(
        timeLimit: Duration = .seconds(5),
        files: [String: String] = [:],
        _ body: @escaping @Sendable (CollectorFixture, Operator) async throws -> Void
    ) async throws {
        let collector = try CollectorFixture(files: files)
        var admin = collector.admin
        admin.console = try ConsolePages()
        admin.timeLimit = timeLimit
        admin.parkedCause = { $0.hasPrefix("ignored") ? .ignored : .refused }
        let shown = CollectorFixture(replacing: admin, in: collector)
        try await shown.administratively { client async throws in try await body(shown, Operator(client: client)) }
        await collector.end()
    }

    /// Parks one response for each of the reasons.
    private static func park(_ reasons: [String], in queue: ResponseQueue) async throws -> [ResponseID] {
        _ = try await queue.accept(
            try reasons.indices.map { index in
                let json = try JSONValue(
                    parsing: Data(#"{"id":"r\#(index)","email":"ana@example.com","score":9,"comment":"Kanarie"}"#.utf8)
                )
                return try ResponseDraft(json).check(source: "standard", receivedAt: CollectorFixture.now)
            }
        )
        let claims = try await queue.claim(limit: reasons.count)
        try await queue.settle(
            zip(claims, reasons).map { claim, reason in
                Verdict(id: claim.response.id, revision: claim.revision, outcome: .park(reason: reason))
            }
        )
        return claims.map(\.response.id)
    }

    private static func quarantine(_ body: String, in queue: ResponseQueue, source: String = "acme") async throws {
        let problem = FieldProblem(field: "score", message: "must be given")
        let draft = QuarantineDraft(
            source: source,
            deliveryID: nil,
            contentType: "application/json",
            body: Array(body.utf8),
            problems: [problem]
        )
        _ = try await queue.accept([], quarantining: [draft])
    }

    @Test("parked responses are retried one by one, by reason, and all together, each only once")
    func parked() async throws {
        try await withPages { collector, person async throws in
            let ids = try await Self.park(["a", "ignored", "a", "b", "c"], in: collector.queue)
            let page = try await person.get("/console/parked").text
            #expect(page.contains("Retry all of these (2)") && page.contains("\(ids[0])") && !page.contains("Kanarie"))
            #expect(!page.contains("ana@"))
            for (body, said) in [
                ("id=\(ids[3])", "Back in the queue: 1."), ("id=\(ids[3])", "There was nothing left to do"),
                ("group=\(ReasonChoice.key(of: "a"))", "Back in the queue: 2."), ("all=1", "Back in the queue: 2."),
            ] {
                #expect(try await person.press("/console/parked", body).contains(said))
            }
            #expect(try await collector.queue.status().pending == 5)
            #expect(try await person.get("/console/parked").text.contains("Nothing is parked."))
            let whose = try await person.get("/console/person?id=\(ids[3])").text
            #expect(whose.contains("<bdi>ana@example.com</bdi>") && whose.contains("Kanarie"))
            let first = try #require(whose.firstMatch(of: /nps1-[0-9a-f]{32}/)?.output)
            #expect(first == ids[3].rawValue, "the one that was asked for, and then others")
            for wrong in ["x", "nps1-00000000000000000000000000000000"] {
                #expect(try await person.get("/console/person?id=\(wrong)").status == .notFound)
            }
            for wrong in ["", "id=x", "id=1&id=2"] {
                #expect(try await person.post("/console/parked", wrong).status == .badRequest)
            }
        }
    }

    @Test("all that is parked is retried in as many parts as it takes")
    func many() async throws {
        try await withPages(timeLimit: .zero) { collector, person async throws in
            _ = try await Self.park([String](repeating: "a", count: 250), in: collector.queue)
            let said = try await person.press("/console/parked?lang=de", "all=1")
            #expect(said.contains("Wieder in der Warteschlange: 250."))
            #expect(try await collector.queue.status().parked == 0)
        }
    }

    @Test("those of a reason are found behind many others with one press, and noted at once")
    func behindOthers() async throws {
        try await withPages { collector, person async throws in
            let reasons = (0..<2_500).map { $0.isMultiple(of: 100) || $0 > 2_480 ? "rare" : "a" }
            _ = try await Self.park(reasons, in: collector.queue)
            let rare = reasons.count { $0 == "rare" }
            let page = try await person.get("/console/parked").text
            #expect(page.contains("Retry all of these (\(rare))") && !page.contains("were looked at"))
            let said = try await person.press("/console/parked", "group=\(ReasonChoice.key(of: "rare"))")
            #expect(said.contains("Back in the queue: \(rare)."))
            let audit = try await collector.queue.audit(.retry, limit: 9)
            #expect(audit.map(\.outcome) == ["\(rare) responses are to be sent again"])
            let others = try await person.press("/console/parked", "group=\(ReasonChoice.key(of: "a"))")
            #expect(others.contains("Back in the queue: 2,456."))
            #expect(try await collector.queue.status().parked == 0)
        }
    }

    /// Of a source without a signature.
    private static let name = "q7w8e9r0t1y2u3i4o5p6"
    private static let fixed = "signature: {kind: none}\nmapping: |\n  {id, email, score: .nps}\n"

    @Test("a payload is tried before it is replayed, and only the form does it")
    func replay() async throws {
        try await withPages(files: [Self.name: Self.fixed]) { collector, person async throws in
            let label = try #require(
                try await collector.admin.sources.read().sources.first { $0.name == Self.name }?.label
            )
            let body = #"{"id":"1","email":"ana@example.com","nps":9}"#
            try await Self.quarantine(body, in: collector.queue, source: label)
            try await Self.quarantine(#"{"id":"2","nps":9}"#, in: collector.queue, source: label)
            #expect(try await person.get("/console/quarantine").text.contains("score must be given"))
            #expect(try await person.get("/console/quarantine/1").text.contains("ana@example.com"))
            let trial = try await person.get("/console/quarantine/replay?all=1")
            #expect(trial.text.contains("Do it (1)") && !trial.text.contains("ana@"))
            #expect(try await collector.queue.status().quarantined == 2)
            #expect(trial.text.contains(#"name="through" value="2""#))
            try await Self.quarantine(
                #"{"id":"3","email":"eve@example.com","nps":9}"#,
                in: collector.queue,
                source: label
            )
            let done = try await person.press("/console/quarantine/replay", "all=1&through=2")
            #expect(done.contains("Out of quarantine: 1.") && done.contains("Still as before: 1."))
            #expect(try await collector.queue.status().accepted == 1, "what came later isn't meant")
            let again = try await person.press("/console/quarantine/replay", "id=1&through=1")
            #expect(again.contains("There was nothing left to do") && !again.contains("Still as before"))
            #expect(try await person.post("/console/quarantine/replay", "all=1").status == .badRequest)
            for gone in ["/console/quarantine/99", "/console/quarantine/x", "/console/nowhere"] {
                #expect(try await person.get(gone).status == .notFound)
            }
            #expect(try await person.get("/console/quarantine/replay?id=99").text.contains("no quarantined payload"))
            for page in ["replay", "discard"] {
                let answer = try await person.get("/console/quarantine/\(page)?lang=de")
                #expect(answer.status == .seeOther && answer.headers[.location] == "/console/quarantine?lang=de")
            }
        }
    }

    @Test("a payload is discarded after a question, and not by it")
    func discard() async throws {
        try await withPages { collector, person async throws in
            for number in 0..<3 { try await Self.quarantine("{\(number)", in: collector.queue) }
            try await Self.quarantine("{", in: collector.queue, source: "other")
            let question = try await person.get("/console/quarantine/discard?source=acme").text
            #expect(question.contains("Discard (3)") && question.contains(#"name="through" value="3""#))
            #expect(try await collector.queue.status().quarantined == 4)
            try await Self.quarantine("{later", in: collector.queue)
            for (body, said) in [
                ("id=1&through=1", "Discarded: 1."), ("id=1&through=1", "There was nothing left to do"),
                ("source=acme&through=3", "Discarded: 2."),
            ] {
                #expect(try await person.press("/console/quarantine/discard", body).contains(said))
            }
            #expect(try await collector.queue.status().quarantined == 2, "another source's, and what came later")
            for gone in ["id=1", "source=nope"] {
                let page = try await person.get("/console/quarantine/discard?\(gone)").text
                #expect(page.contains("None of these is in quarantine any more.") && !page.contains("<form"))
            }
            for wrong in ["source=acme", "all=1&through=9"] {
                #expect(try await person.post("/console/quarantine/discard", wrong).status == .badRequest)
            }
            #expect(try await person.get("/console/quarantine/discard?all=1").status == .badRequest)
        }
    }

    @Test("the payloads of a source are found among those of others, and what is gone is no question")
    func sourceOfPayloads() async throws {
        try await withPages { collector, person async throws in
            for number in 0..<9 { try await Self.quarantine("{\(number)", in: collector.queue, source: "large") }
            for number in 0..<6 { try await Self.quarantine("[\(number)", in: collector.queue, source: "small") }
            let first = try await person.get("/console/quarantine?source=small").text
            #expect(first.contains("Payload 10<") && first.contains("Payload 12<") && !first.contains("Payload 9<"))
            #expect(first.contains("source=small&amp;after=12"))
            let rest = try await person.get("/console/quarantine?source=small&after=12").text
            #expect(rest.contains("Payload 15<") && !rest.contains("Show more"))
            #expect(try await person.get("/console/quarantine?after=12").text.contains("Payload 15<"))
            #expect(try await person.get("/console/quarantine?sources=0").text.contains("?source=small\">small</a>"))
            for gone in ["source=nobody", "id=99"] {
                let question = try await person.get("/console/quarantine/discard?\(gone)").text
                #expect(question.contains("None of these is in quarantine any more.") && !question.contains("<form"))
            }
        }
    }

    @Test("an answer to a form that is refused leads to other languages of a page that can be opened")
    func languagesOfRefusals() async throws {
        try await withPages { _, person async throws in
            for (path, page) in [
                ("/console/quarantine/replay", "/console/quarantine"), ("/console/parked", "/console/parked"),
            ] {
                let refused = try await person.post(path, "what=x").text
                #expect(refused.contains("href=\"\(page)?lang=de\""), "\(path)")
            }
        }
    }

    @Test("nobody can have the pages say that something was done")
    func madeUp() async throws {
        try await withPages { _, person async throws in
            for path in ["/console/parked", "/console/quarantine"] {
                let page = try await person.get("\(path)?done=x&did=discarded&count=9").text
                #expect(!page.contains("role=\"status\""))
            }
        }
    }

    @Test("a person is found and erased without the address in any address, and sending it twice gives one receipt")
    func person() async throws {
        try await withPages { collector, person async throws in
            let id = try await Self.park(["a"], in: collector.queue)[0]
            try await Self.quarantine("email=ana%40example.com", in: collector.queue)
            let found = try await person.post("/console/person", "email=Ana%40Example.com")
            #expect(found.text.contains("Kanarie") && found.text.contains("\(id)"))
            #expect(found.headers[.cacheControl] == "no-store")
            let wrong = try await person.post("/console/person", "email=kanarie")
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("kanarie"))
            let question = try await person.post("/console/person/erase", "email=ana%40example.com")
            let ticket = try #require(question.text.firstMatch(of: /name="ticket" value="([^"]+)"/)?.1)
            #expect(try await collector.queue.status().erased == 0)
            let form = "email=ana%40example.com&ticket=\(ticket)"
            async let first = person.post("/console/person/erase", form)
            let receipts = try await [first, person.post("/console/person/erase", form)].map(\.text)
            for receipt in receipts {
                #expect(receipt.contains("\(id)") && receipt.contains("Responses: Parked"))
                #expect(!receipt.contains("ana@") && !receipt.contains("Kanarie"))
            }
            #expect(try await collector.queue.status().erased == 1)
            #expect(try await collector.queue.status().quarantined == 0)
            let again = try await person.post("/console/person/erase", form + "&remote=1")
            #expect(again.text.contains("\(id)") && again.text.contains("Responses: Parked"))
            let answer = try await person.get("/console/person/receipt?ticket=\(ticket)&lang=de")
            #expect(answer.text.contains("\(id)") && answer.text.contains("Antworten: Geparkt"))
            for gone in ["/console/person/erase", "/console/person/receipt?ticket=made-up"] {
                #expect(try await person.get(gone).headers[.location] == "/console/person")
            }
            for other in ["email=eve%40example.com&ticket=\(ticket)", "email=ana%40example.com&ticket=made-up"] {
                #expect(
                    try await person.post("/console/person/erase", other).text.contains("Erase this person for good?")
                )
            }
        }
    }

    @Test("an erasure that takes long ends as it was begun when its page is pressed", .hangGuard)
    func longErasure() async throws {
        let collector = try CollectorFixture()
        let pages = Self.pages(collector)
        let router = Router(context: CollectorContext.self)
        PersonPages(shared: pages).add(to: router)
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        try await Application(router: router, logger: .silent).test(.router) { client in
            let person = Operator(client: client)
            let question = try await person.post("/console/person/erase", "email=ana%40example.com").text
            let ticket = try #require(question.firstMatch(of: /name="ticket" value="([^"]+)"/)?.1)
            let address = try EmailAddress("ana@example.com")
            _ = try await pages.tickets.progress(of: String(ticket), address, isRemote: true, within: .zero) { _, _ in
                for await _ in stream {}
                var note = ErasureNote(erasedAt: CollectorFixture.now)
                let id = ResponseID(source: "acme", providerID: "1")
                note.settle([Erasure.Remote(id: id, planhatId: nil, deletableFrom: nil, isWanted: true)])
                return (note, nil)
            }
            var page = try await person.post("/console/person/erase", Self.fields(question) + "&remote=1").text
            #expect(page.contains("The erasure goes on") && !page.contains("type=\"checkbox\""))
            #expect(!page.contains("Erase this person for good?") && !page.contains("Leave it as it is"))
            end.finish()
            while page.contains("The erasure goes on") {
                try Task.checkCancellation()
                page = try await person.post("/console/person/erase", Self.fields(page)).text
            }
            #expect(page.contains("To be deleted at Planhat: 1."))
        }
        #expect(try await collector.queue.audit(limit: 9).isEmpty, "no second one beside it")
        await collector.end()
    }

    /// Pages that hardly wait.
    private static func pages(_ collector: CollectorFixture) -> OperatorPages {
        let admin = collector.admin
        let actions = OperatorActions(
            queue: collector.queue,
            sources: admin.sources,
            timeLimit: .seconds(5),
            logger: .silent
        )
        return OperatorPages(
            pages: admin.console,
            queue: collector.queue,
            actions: actions,
            cause: admin.parkedCause,
            hurry: { _ in },
            delivery: admin.delivery,
            patience: .milliseconds(20)
        )
    }

    /// What the one form of the page sends, as it is.
    private static func fields(_ page: String) -> String {
        page.matches(of: /<input type="hidden" name="([^"]+)" value="([^"]*)">/)
            .map { "\($0.1)=\($0.2.replacing("@", with: "%40"))" }
            .joined(separator: "&")
    }

    private static func deliver(_ count: Int, in queue: ResponseQueue) async throws -> [ResponseID] {
        _ = try await queue.accept(
            try (0..<count).map { number in
                let json = #"{"id":"d\#(number)","email":"ana@example.com","score":\#(number % 11)}"#
                return try ResponseDraft(try JSONValue(parsing: Data(json.utf8)))
                    .check(source: "standard", receivedAt: CollectorFixture.now)
            }
        )
        let claims = try await queue.claim(limit: count)
        try await queue.settle(
            claims.map { Verdict(id: $0.response.id, revision: $0.revision, outcome: .delivered(planhatID: "61")) }
        )
        return claims.map(\.response.id)
    }

    @Test("a receipt says of each record whether its deletion at Planhat was asked for, also before")
    func orderedBefore() async throws {
        try await withPages { collector, person async throws in
            _ = try await Self.deliver(20, in: collector.queue)
            let address = try EmailAddress("ana@example.com")
            _ = try await collector.queue.erase(address, remotely: true)
            let late = try await Self.park(["a"], in: collector.queue)[0]
            let question = try await person.post("/console/person/erase", "email=ana%40example.com").text
            let receipt = try await person.post("/console/person/erase", Self.fields(question)).text
            #expect(receipt.contains("To be deleted at Planhat: 20.") && !receipt.contains("Perhaps still"))
            #expect(receipt.contains("\(late)") && receipt.contains("Responses 1 to 10 of 21."))
            let next = try #require(receipt.firstMatch(of: /href="(\/console\/person\/receipt[^"]+)"/)?.1)
            let rest = try await person.get(String(next).replacing("&amp;", with: "&"))
            #expect(rest.text.contains("Responses 11 to 20 of 21.") && !rest.text.contains("\(late)"))
            #expect(rest.text.contains("Show more") && rest.text.contains("Responses: Parked"))
        }
    }

    @Test("the last responses of a person come first, however many there are")
    func order() async throws {
        try await withPages { collector, person async throws in
            let ids = try await Self.deliver(1_030, in: collector.queue)
            let page = try await person.post("/console/person", "email=ana%40example.com").text
            func found(_ page: String) -> [String] { page.matches(of: /nps1-[0-9a-f]{32}/).map { String($0.output) } }
            #expect(found(page) == ids.suffix(PersonPage.length).reversed().map(\.rawValue))
            let before = try #require(page.firstMatch(of: /name="before" value="(\d+)"/)?.1)
            let earlier = try await person.post("/console/person", "email=ana%40example.com&before=\(before)").text
            let rest = ids.dropLast(PersonPage.length)
            #expect(found(earlier) == rest.suffix(PersonPage.length).reversed().map(\.rawValue))
        }
    }

    @Test("what is refused is said on a page, and its other languages lead to one that there is")
    func problems() async throws {
        try await withPages { _, person async throws in
            for (path, place) in [
                ("/console/quarantine/replay", "/console/quarantine"), ("/console/person/erase", "/console/person"),
                ("/console/parked", "/console/parked"),
            ] {
                let page = try await person.post(path, "email=%zz")
                #expect(page.status == .badRequest && page.text.contains("href=\"\(place)?lang=de\""), "\(path)")
            }
            for path in ["/console/audit", "/", "/console/nps", "/console/nowhere"] {
                let page = try await person.post(path, "a=b")
                #expect(page.status == .notFound && page.text.contains("There is no such page"), "\(path)")
            }
        }
    }

    @Test("what is done is done in the name of a page, and shown")
    func audit() async throws {
        try await withPages { collector, person async throws in
            #expect(try await person.get("/console/audit").text.contains("Nothing has been done yet."))
            let id = try await Self.park(["a"], in: collector.queue)[0]
            _ = try await person.press("/console/parked", "id=\(id)")
            let entry = try #require(try await collector.queue.audit(limit: 9).first)
            #expect(entry.action == .retry && entry.actor == .page)
            let page = try await person.get("/console/audit").text
            #expect(page.contains("Retry") && page.contains("\(id)"))
            #expect(try await !person.get("/console/audit?before=\(entry.number)").text.contains("\(id)"))
        }
    }

    @Test("a form that no browser makes is refused, and none of it repeated")
    func forms() async throws {
        try await withPages { _, person async throws in
            for path in ["/console/parked", "/console/person", "/console/quarantine/replay"] {
                let broken = try await person.post(path, "email=%zzkanarie")
                #expect(broken.status == .badRequest && !broken.text.contains("kanarie"))
                let large = try await person.post(path, "email=" + String(repeating: "x", count: 9_000))
                #expect(large.status == .contentTooLarge)
            }
        }
    }
}
