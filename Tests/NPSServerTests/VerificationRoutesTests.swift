import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NPSModel
import NPSQueue
import Synchronization
import Testing

@testable import NPSServer

@Suite("Status, retry and verification at the admin listener")
struct VerificationRoutesTests {
    private let authorized: HTTPFields = [.authorization: "Bearer " + CollectorFixture.adminToken]

    private func submission(_ id: String) throws -> Submission {
        let json = try JSONValue(parsing: Data(#"{"id":"\#(id)","email":"ana@example.com","score":9}"#.utf8))
        return try ResponseDraft(json).check(source: "standard", receivedAt: Date())
    }

    @Test("the status has the books under their own names, and says why nothing moves")
    func status() async throws {
        let collector = try CollectorFixture()
        _ = try await collector.queue.accept([try submission("a")])
        try await collector.administratively { client async throws in
            let answer = try await client.executeRequest(
                uri: "/queue/status",
                method: .get,
                headers: authorized,
                body: nil
            )
            let json = try answer.json()
            for (name, value) in [
                ("accepted", JSONValue.integer(1)), ("pending", .integer(1)), ("sending", .integer(0)),
                ("delivered", .integer(0)), ("parked", .integer(0)), ("erased", .integer(0)),
                ("quarantined", .integer(0)), ("forwarding", .string("paused")),
                ("forwardingSentence", .string("Check the token.")), ("isHeldUp", .bool(true)),
                ("deliveredLastMinute", .integer(0)),
            ] { #expect(json[name] == value, "\(name)") }
            #expect(json["oldestPendingSeconds"]?.integer != nil)
            let report = try JSONDecoder().decode(StatusReport.self, from: Data(answer.text.utf8))
            #expect(report.books.balances)
            #expect(report.secondsLeft == nil)
        }
        await collector.end()
    }

    @Test(
        "the time left is told while something waits and moves",
        arguments: [(false, 10.0, 90), (false, 0, nil), (true, 10, nil)] as [(Bool, Double, Int?)]
    )
    func estimate(isHeldUp: Bool, perSecond: Double, seconds: Int?) throws {
        var books = try JSONDecoder().decode(
            QueueStatus.self,
            from: Data(
                """
                {"accepted":900,"pending":800,"sending":100,"delivered":0,"parked":0,"erased":0,"quarantined":0,
                "oldestPendingSeconds":5}
                """.utf8
            )
        )
        let report = DeliveryReport(
            state: "forwarding",
            sentence: "",
            isHeldUp: isHeldUp,
            deliveredLastMinute: 100,
            deliveredPerSecond: perSecond
        )
        #expect(StatusReport(books: books, delivery: report).secondsLeft == seconds)
        books.held = 300
        books.parkedExpiry = ParkedExpiry(count: 3, from: Date(timeIntervalSinceReferenceDate: 7))
        let status = StatusReport(books: books, delivery: report)
        #expect(status.secondsLeft == seconds.map { $0 - 30 })
        #expect(try JSONDecoder().decode(StatusReport.self, from: try JSONEncoder().encode(status)) == status)
    }

    @Test("parked responses are put back by reason; a selection that says two things or nothing is refused")
    func retry() async throws {
        let collector = try CollectorFixture()
        _ = try await collector.queue.accept([try submission("a"), try submission("b")])
        let claims = try await collector.queue.claim(limit: 2)
        try await collector.queue.settle(
            zip(claims, ["Unknown contact", "bad score"]).map { claim, reason in
                Verdict(id: claim.response.id, revision: claim.revision, outcome: .park(reason: reason))
            }
        )
        try await collector.administratively { client async throws in
            func retry(_ body: String) async throws -> TestResponse {
                try await client.executeRequest(
                    uri: "/queue/retry",
                    method: .post,
                    headers: authorized,
                    body: ByteBuffer(string: body)
                )
            }
            #expect(try await retry(#"{"reason":"contact"}"#).json()["count"] == .integer(1))
            #expect(try await retry(#"{"reason":""}"#).status == .badRequest)
            #expect(try await retry(#"{"reason":"bad","ids":[]}"#).status == .badRequest)
            #expect(try await retry("{}").json()["count"] == .integer(1))
        }
        await collector.end()
    }

    @Test("receipts are listed newest first, and a share of the requests is asked for")
    func receipts() async throws {
        let collector = try CollectorFixture()
        _ = try await collector.queue.accept([try submission("a"), try submission("b")])
        let claims = try await collector.queue.claim(limit: 2)
        try await collector.queue.settle(
            claims.map { claim in
                Verdict(id: claim.response.id, revision: claim.revision, outcome: .delivered(planhatID: "61"))
            }
        )
        let shares = Shares()
        var admin = collector.admin
        admin.share = { seconds in shares.add(seconds) }
        try await CollectorFixture(replacing: admin, in: collector).administratively { client async throws in
            func request(_ path: String, _ body: String? = nil) async throws -> TestResponse {
                try await client.executeRequest(
                    uri: path,
                    method: body == nil ? .get : .post,
                    headers: authorized,
                    body: body.map { ByteBuffer(string: $0) }
                )
            }
            guard case .array(let first) = try await request("/queue/receipts?limit=1").json() else {
                throw InvalidResponse([])
            }
            #expect(first.map { $0["id"] } == [.string(claims[1].response.id.rawValue)])
            #expect(first.map { $0["isComparable"] } == [.bool(true)])
            #expect(first.allSatisfy { $0["contentDigest"] == nil })
            let id = claims[1].response.id.rawValue
            let digest = try #require(claims[1].response.contentDigest)
            for (text, matches) in [(digest, true), (String(digest.reversed()), false)] {
                let body = #"{"id":"\#(id)","contentDigest":"\#(text)"}"#
                #expect(try await request("/queue/receipts/compare", body).json()["matches"] == .bool(matches))
            }
            guard case .array(let second) = try await request("/queue/receipts?before=2").json() else {
                throw InvalidResponse([])
            }
            #expect(second.map { $0["id"] } == [.string(claims[0].response.id.rawValue)])
            #expect(try await request("/queue/share", #"{"seconds":120}"#).status == .ok)
            #expect(try await request("/queue/share", #"{"seconds":-1}"#).status == .badRequest)
            #expect(
                try await client.executeRequest(uri: "/queue/receipts", method: .get, headers: [:], body: nil)
                    .status == .unauthorized
            )
        }
        #expect(shares.all == [120])
        await collector.end()
    }

    @Test("a wish for deletion at Planhat is kept, what is unconfirmed is listed and counted, until it is confirmed")
    func unconfirmed() async throws {
        let collector = try CollectorFixture()
        _ = try await collector.queue.accept([try submission("a"), try submission("b")])
        let claims = try await collector.queue.claim(limit: 2)
        try await collector.queue.settle(claims.map { $0.settled(as: .delivered(planhatID: "61")) })
        try await collector.administratively { client async throws in
            func request(_ path: String, _ body: String? = nil) async throws -> JSONValue {
                try await client.executeRequest(
                    uri: path,
                    method: body == nil ? .get : .post,
                    headers: authorized,
                    body: body.map { ByteBuffer(string: $0) }
                )
                .json()
            }
            func wishes() async throws -> [JSONValue?] {
                guard case .array(let items) = try await request("/queue/erase/unconfirmed?limit=10&after=0") else {
                    throw InvalidResponse([])
                }
                return items.map { $0["isRemoteDeletionWanted"] }
            }
            _ = try await request("/queue/erase", #"{"email":"ana@example.com"}"#)
            #expect(try await wishes() == [.bool(false), .bool(false)])
            _ = try await request("/queue/erase", #"{"email":"ana@example.com","remote":true}"#)
            #expect(try await wishes() == [.bool(true), .bool(true)])
            #expect(try await request("/queue/status")["unconfirmedErasures"] == .integer(2))
            let id = claims[0].response.id.rawValue
            #expect(try await request("/queue/erase/confirm", #"{"ids":["\#(id)"]}"#)["count"] == .integer(1))
            #expect(try await wishes() == [.bool(true)])
            let json = try JSONEncoder().encode(try await request("/queue/status"))
            #expect(try JSONDecoder().decode(StatusReport.self, from: json).books.unconfirmed == 1)
        }
        await collector.end()
    }

    private final class Shares: Sendable {
        private let asked = Mutex<[Double]>([])

        var all: [Double] { asked.withLock { $0 } }

        func add(_ seconds: Double) { asked.withLock { $0.append(seconds) } }
    }
}
