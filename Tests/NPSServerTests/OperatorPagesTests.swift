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
            for (body, location) in [
                ("id=\(ids[3])", "did=retried&count=1&left=0"), ("id=\(ids[3])", "did=retried&count=0&left=0"),
                ("group=\(ParkedBoard.key(of: "a"))", "did=retried&count=2&left=0"),
                ("all=1", "did=retried&count=2&left=0"),
            ] {
                let answer = try await person.post("/console/parked", body)
                #expect(answer.status == .seeOther)
                #expect(answer.headers[.location] == "/console/parked?\(location)")
            }
            #expect(try await collector.queue.status().pending == 5)
            #expect(try await person.get("/console/parked").text.contains("Nothing is parked."))
            for wrong in ["", "id=x", "id=1&id=2"] {
                #expect(try await person.post("/console/parked", wrong).status == .badRequest)
            }
        }
    }

    @Test("all that is parked is retried in as many parts as it takes")
    func many() async throws {
        try await withPages(timeLimit: .zero) { collector, person async throws in
            _ = try await Self.park([String](repeating: "a", count: 250), in: collector.queue)
            let answer = try await person.post("/console/parked?lang=de", "all=1")
            #expect(answer.headers[.location] == "/console/parked?did=retried&count=250&left=0&lang=de")
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
            let done = try await person.post("/console/quarantine/replay", "all=1")
            #expect(done.headers[.location] == "/console/quarantine?did=replayed&count=1&left=1")
            #expect(try await collector.queue.status().accepted == 1)
            for gone in ["/console/quarantine/99", "/console/quarantine/x", "/console/nowhere"] {
                #expect(try await person.get(gone).status == .notFound)
            }
            #expect(try await person.get("/console/quarantine/replay?id=99").text.contains("no quarantined payload"))
            #expect(try await person.get("/console/quarantine/replay").status == .badRequest)
        }
    }

    @Test("a payload is discarded after a question, and not by it")
    func discard() async throws {
        try await withPages { collector, person async throws in
            for number in 0..<3 { try await Self.quarantine("{\(number)", in: collector.queue) }
            try await Self.quarantine("{", in: collector.queue, source: "other")
            #expect(try await person.get("/console/quarantine/discard?source=acme").text.contains("Discard (3)"))
            #expect(try await collector.queue.status().quarantined == 4)
            for (body, count) in [("id=1", 1), ("id=1", 0), ("source=acme", 2), ("all=1", 1)] {
                let done = try await person.post("/console/quarantine/discard", body)
                #expect(done.headers[.location] == "/console/quarantine?did=discarded&count=\(count)&left=0")
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
            #expect(again.text.contains("Nothing of this person was found."))
        }
    }

    @Test("what is done is done in the name of a page, and shown")
    func audit() async throws {
        try await withPages { _, person async throws in
            #expect(try await person.get("/console/audit").text.contains("Nothing has been done yet."))
            #expect(try await person.get("/console/audit?before=3").status == .ok)
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
