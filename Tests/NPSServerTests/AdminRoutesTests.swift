import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import TestSupport
import Testing

@testable import NPSServer

@Suite("The admin listener")
struct AdminRoutesTests {
    private let authorized: HTTPFields = [.authorization: "Bearer " + CollectorFixture.adminToken]

    private func submission(_ id: String) throws -> Submission {
        let json = try JSONValue(parsing: Data(#"{"id":"\#(id)","email":"ana@example.com","score":9}"#.utf8))
        return try ResponseDraft(json).check(source: "standard", receivedAt: Date())
    }

    @Test("management needs the token; health and metrics don't")
    func token() async throws {
        let collector = try CollectorFixture()
        try await collector.administratively { client async throws in
            for fields in [[:], [.authorization: "Bearer wrong"]] as [HTTPFields] {
                let refused = try await client.executeRequest(
                    uri: "/queue/status",
                    method: .get,
                    headers: fields,
                    body: nil
                )
                #expect(refused.status == .unauthorized)
            }
            // A scheme's name has no case.
            let bearer: HTTPFields = [.authorization: "bearer " + CollectorFixture.adminToken]
            let status = try await client.executeRequest(uri: "/queue/status", method: .get, headers: bearer, body: nil)
            #expect(status.status == .ok)
            for path in ["/livez", "/readyz", "/metrics"] {
                #expect(try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil).status == .ok)
            }
        }
        await collector.end()
    }

    @Test("status, list and show tell what is in the queue; parked responses can be put back")
    func queue() async throws {
        let collector = try CollectorFixture()
        _ = try await collector.queue.accept([try submission("a"), try submission("b")])
        let claims = try await collector.queue.claim(limit: 1)
        let id = try #require(claims.first?.response.id)
        try await collector.queue.settle([
            Verdict(id: id, revision: claims[0].revision, outcome: .park(reason: "bad item"))
        ])
        try await collector.administratively { client async throws in
            func get(_ path: String) async throws -> JSONValue {
                try await client.executeRequest(uri: path, method: .get, headers: authorized, body: nil).json()
            }
            let status = try await get("/queue/status")
            #expect(status["accepted"] == .integer(2))
            #expect(status["parked"] == .integer(1))
            guard case .array(let parked) = try await get("/queue/responses?state=parked") else {
                throw InvalidResponse([])
            }
            #expect(parked.map { $0["reason"] } == [.string("bad item")])
            #expect(try await get("/queue/responses/\(id)")["state"] == .string("parked"))
            let retried = try await client.executeRequest(
                uri: "/queue/retry",
                method: .post,
                headers: authorized,
                body: ByteBuffer(string: #"{"ids":["\#(id)"]}"#)
            )
            #expect(try retried.json()["count"] == .integer(1))
            for path in ["/queue/responses?state=nowhere", "/queue/responses?limit=0", "/queue/responses/nps1-x"] {
                #expect(
                    try await client.executeRequest(uri: path, method: .get, headers: authorized, body: nil).status
                        == .badRequest
                )
            }
        }
        #expect(try await collector.queue.status().pending == 2)
        await collector.end()
    }

    @Test("a retry of everything is answered in time with where to go on, and older callers get a count all the same")
    func retryInParts() async throws {
        let whole = try CollectorFixture()
        _ = try await whole.queue.accept(try (0..<250).map { try submission("r\($0)") })
        let claims = try await whole.queue.claim(limit: 250)
        try await whole.queue.settle(
            claims.map { Verdict(id: $0.response.id, revision: $0.revision, outcome: .park(reason: "bad item")) }
        )
        var impatient = whole.admin
        impatient.timeLimit = .zero
        try await CollectorFixture(replacing: impatient, in: whole).administratively { client async throws in
            func retry(_ body: String) async throws -> JSONValue {
                let body = ByteBuffer(string: body)
                let answer = try await client.executeRequest(
                    uri: "/queue/retry",
                    method: .post,
                    headers: authorized,
                    body: body
                )
                return try answer.json()
            }
            let first = try await retry("{}")
            #expect(first["count"] == .integer(100) && first["examined"] == .integer(100))
            let place = try #require(first["next"])
            #expect(place["sequence"] == .integer(100) && place["through"] == .integer(250))
            let text = String(decoding: JSONValue.object(["after": place]).canonicalBytes, as: UTF8.self)
            let second = try await retry(text)
            #expect(second["count"] == .integer(100) && second["next"]?["sequence"] == .integer(200))
            // One that knows nothing of this repeats itself.
            let last = try await retry(#"{"reason":"BAD"}"#)
            #expect(last["count"] == .integer(50) && last["next"] == nil)
        }
        #expect(try await whole.queue.status().parked == 0)
        await whole.end()
    }

    @Test("a quarantined payload is shown whole, stays when it is still wrong, and is discarded on request")
    func quarantine() async throws {
        let collector = try CollectorFixture()
        let body = Array(#"{"email":"ana@example.com","score":11}"#.utf8)
        let draft = QuarantineDraft(
            source: "standard",
            deliveryID: "d1",
            contentType: "application/json",
            body: body,
            problems: [FieldProblem(field: "score", message: "must be a whole number from 0 to 10")]
        )
        let id = try #require(try await collector.queue.accept([], quarantining: [draft]).quarantined.first)
        try await collector.administratively { client async throws in
            let shown = try await client.executeRequest(
                uri: "/quarantine/\(id)",
                method: .get,
                headers: authorized,
                body: nil
            )
            #expect(try shown.json()["body"] == .string(Data(body).base64EncodedString()))
            let replay = try await client.executeRequest(
                uri: "/quarantine/replay",
                method: .post,
                headers: authorized,
                body: ByteBuffer(string: #"{"ids":[\#(id)]}"#)
            )
            #expect(replay.text.contains("must be a whole number"))
            let discarded = try await client.executeRequest(
                uri: "/quarantine/discard",
                method: .post,
                headers: authorized,
                body: ByteBuffer(string: #"{"ids":[\#(id)]}"#)
            )
            #expect(try discarded.json()["count"] == .integer(1))
        }
        #expect(try await collector.queue.status().quarantined == 0)
        await collector.end()
    }

    @Test("a person is erased here, with what has to be deleted at Planhat until that is confirmed")
    func erasure() async throws {
        let collector = try CollectorFixture()
        _ = try await collector.queue.accept(
            [try submission("a")],
            quarantining: [
                QuarantineDraft(
                    source: "standard",
                    deliveryID: nil,
                    contentType: nil,
                    body: Array("email=ana%40example.com".utf8),
                    problems: []
                )
            ]
        )
        let claim = try #require(try await collector.queue.claim(limit: 1).first)
        try await collector.queue.settle([
            Verdict(id: claim.response.id, revision: claim.revision, outcome: .delivered(planhatID: "64a1"))
        ])
        try await collector.administratively { client async throws in
            func post(_ path: String, _ body: String, _ fields: HTTPFields? = nil) async throws -> TestResponse {
                try await client.executeRequest(
                    uri: path,
                    method: .post,
                    headers: fields ?? authorized,
                    body: ByteBuffer(string: body)
                )
            }
            let body = #"{"email":"Ana@Example.com"}"#
            let search = #"{"email":"ANA@example.com","limit":10}"#
            #expect(try await post("/queue/search", search, [:]).status == .unauthorized)
            let found = try await post("/queue/search", search)
            #expect(found.text.contains("\(claim.response.id)") && !found.text.lowercased().contains("example.com"))
            let others = [
                #"{"email":"bob@example.com","limit":10}"#, #"{"email":"ana@example.com","limit":10,"after":1}"#,
                #"{"email":"ana@example.com","limit":10,"state":"parked"}"#,
            ]
            for other in others { #expect(try await post("/queue/search", other).json() == .array([])) }
            for wrong in [#"{"email":"kanarienvogel","limit":1}"#, #"{"email":"a@example.com","limit":0}"#] {
                let refused = try await post("/queue/search", wrong)
                #expect(refused.status == .badRequest && !refused.text.contains("kanarienvogel"))
            }
            #expect(try await post("/queue/erase", body, [:]).status == .unauthorized)
            let wrong = try await post("/queue/erase", #"{"email":"kanarienvogel"}"#)
            #expect(wrong.status == .badRequest && !wrong.text.contains("kanarienvogel"))
            let first = try await post("/queue/erase", body)
            #expect(!first.text.lowercased().contains("example.com"))
            #expect(try first.json()["quarantined"] == .integer(1))
            #expect(try first.json()["next"] == nil)
            let erased = JSONValue.object(["id": .string("\(claim.response.id)"), "state": .string("delivered")])
            #expect(try first.json()["erasure"]?["responses"] == .array([erased]))
            let second = try await post("/queue/erase", body)
            #expect(try second.json()["erasure"]?["responses"] == .array([]))
            #expect(second.text.contains("64a1"))
            let confirmed = try await post("/queue/erase/confirm", #"{"ids":["\#(claim.response.id)"]}"#)
            #expect(try confirmed.json()["count"] == .integer(1))
            #expect(try await post("/queue/erase", body).json()["erasure"]?["remote"] == .array([]))
            #expect(try await post("/queue/erase/confirm", "{}").status == .badRequest)
        }
        #expect(try await collector.queue.accept([try submission("a")]).outcomes == [.unchanged(.erased)])
        await collector.end()
    }

    @Test("a full disk is told by the status and in the readiness, with what to do")
    func fullDisk() async throws {
        for (reserve, isFull) in [(Int64.max, true), (0, false)] {
            let collector = try CollectorFixture(diskReserve: reserve)
            try await collector.administratively { client async throws in
                let status = try await client.executeRequest(
                    uri: "/queue/status",
                    method: .get,
                    headers: authorized,
                    body: nil
                )
                #expect(status.status == .ok)
                let problem = try status.json()["acceptanceProblem"].map { "\($0)" }
                #expect(problem?.contains("are wanted. Free some space") == (isFull ? true : nil))
                let ready = try await client.executeRequest(uri: "/readyz", method: .get, headers: [:], body: nil)
                #expect(ready.status == (isFull ? .serviceUnavailable : .ok))
                let state = "\(try #require(try ready.json()["queue"]))"
                #expect(state.contains(isFull ? "are wanted. Free some space" : "ok"))
            }
            await collector.end()
        }
    }

    @Test("an answer comes although nothing tells how it is, and says no more than is known", .hangGuard)
    func silentQueue() async throws {
        let collector = try CollectorFixture()
        let silences = (0..<3).map { _ in AsyncStream.makeStream(of: Void.self) }
        let late = QueueError.database("it is slow")
        let readiness = Readiness(patience: .milliseconds(1), overdue: { late }) {
            for await _ in silences[0].stream {}
            return nil
        }
        let router = Router(context: CollectorContext.self)
        var routes = AdminHealthRoutes(
            readiness: readiness,
            delivery: { "Nothing waits." },
            scrape: Scrape(collector.admin),
            quarantine: {
                for await _ in silences[1].stream {}
                return nil
            },
            leadership: {
                for await _ in silences[2].stream {}
                return nil
            },
            alerts: { [] },
            certificates: { [] }
        )
        routes.patience = .milliseconds(1)
        routes.add(to: router)
        try await Application(router: router, logger: .silent).test(.router) { client in
            let ready = try await client.executeRequest(uri: "/readyz", method: .get, headers: [:], body: nil)
            #expect(ready.status == .serviceUnavailable)
            let said = try ready.json()
            #expect(said["status"] == .string("unavailable") && said["queue"] == .string("\(late)"))
            #expect(said["quarantine"] == nil && said["leader"] == nil)
        }
        for silence in silences { silence.continuation.finish() }
        await collector.end()
    }

    @Test("nobody is told that the quarantine is empty when the queue can't say")
    func unknownQuarantine() async throws {
        let collector = try CollectorFixture()
        try await collector.administratively { client async throws in
            var told: JSONValue?
            // On a busy machine the queue may say it later than a probe waits for it.
            for _ in 1...30 where told == nil {
                told = try await client.executeRequest(uri: "/readyz", method: .get, headers: [:], body: nil)
                    .json()["quarantine"]
            }
            #expect(told == .array([]))
            await collector.end()
            let closed = try await client.executeRequest(uri: "/readyz", method: .get, headers: [:], body: nil)
            #expect(try closed.json()["quarantine"] == nil)
        }
    }

    @Test("an operator is told what is wrong with the queue")
    func failingQueue() async throws {
        let collector = try CollectorFixture()
        await collector.end()
        try await collector.administratively { client async throws in
            for path in ["/queue/status", "/queue/responses", "/quarantine", "/queue/receipts?limit=1"] {
                let refused = try await client.executeRequest(
                    uri: path,
                    method: .get,
                    headers: authorized,
                    body: nil
                )
                #expect(refused.status == .serviceUnavailable && refused.headers[.retryAfter] == "30")
                #expect(try refused.json()["detail"] == .string(QueueError.closed.description))
            }
        }
    }

    @Test("readiness turns off when the queue can't write, and while the collector stops")
    func readiness() async throws {
        let collector = try CollectorFixture()
        #expect(await collector.dependencies.readiness.check() == .ready)
        collector.dependencies.readiness.drain()
        #expect(await collector.dependencies.readiness.check() == .draining)
        let closed = CollectorFixture.readiness(of: collector.queue)
        await collector.end()
        guard case .failing = await closed.check() else {
            Issue.record("a closed queue can't be ready")
            return
        }
    }
}
