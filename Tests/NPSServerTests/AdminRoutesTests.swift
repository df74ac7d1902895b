import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
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
        let collecting = try CollectorFixture()
        try await collecting.administratively { client async throws in
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
        await collecting.end()
    }

    @Test("status, list and show tell what is in the queue; parked responses can be put back")
    func queue() async throws {
        let collecting = try CollectorFixture()
        _ = try await collecting.queue.accept([try submission("a"), try submission("b")])
        let claims = try await collecting.queue.claim(limit: 1)
        let id = try #require(claims.first?.response.id)
        try await collecting.queue.settle([
            Verdict(id: id, revision: claims[0].revision, outcome: .park(reason: "bad item"))
        ])
        try await collecting.administratively { client async throws in
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
        #expect(try await collecting.queue.status().pending == 2)
        await collecting.end()
    }

    @Test("a quarantined payload is shown whole, stays when it is still wrong, and is discarded on request")
    func quarantine() async throws {
        let collecting = try CollectorFixture()
        let body = Array(#"{"email":"ana@example.com","score":11}"#.utf8)
        let draft = QuarantineDraft(
            source: "standard",
            deliveryID: "d1",
            contentType: "application/json",
            body: body,
            problems: [FieldProblem(field: "score", message: "must be a whole number from 0 to 10")]
        )
        let id = try #require(try await collecting.queue.accept([], quarantining: [draft]).quarantined.first)
        try await collecting.administratively { client async throws in
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
        #expect(try await collecting.queue.status().quarantined == 0)
        await collecting.end()
    }

    @Test("a person is erased here, with what has to be deleted at Planhat until that is confirmed")
    func erasure() async throws {
        let collecting = try CollectorFixture()
        _ = try await collecting.queue.accept(
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
        let claim = try #require(try await collecting.queue.claim(limit: 1).first)
        try await collecting.queue.settle([
            Verdict(id: claim.response.id, revision: claim.revision, outcome: .delivered(planhatID: "64a1"))
        ])
        try await collecting.administratively { client async throws in
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
        #expect(try await collecting.queue.accept([try submission("a")]).outcomes == [.unchanged(.erased)])
        await collecting.end()
    }

    @Test("readiness turns off when the queue can't write, and while the collector stops")
    func readiness() async throws {
        let collecting = try CollectorFixture()
        #expect(await collecting.dependencies.readiness.check() == .ready)
        collecting.dependencies.readiness.drain()
        #expect(await collecting.dependencies.readiness.check() == .draining)
        let closed = Readiness(queue: collecting.queue)
        await collecting.end()
        guard case .failing = await closed.check() else {
            Issue.record("a closed queue can't be ready")
            return
        }
    }
}
