import Foundation
import Logging
import NPSModel
import NPSQueue
import PlanhatAPI
import StubAPI
import TestSupport
import Testing

@testable import NPSDelivery

/// What delivery makes of every way in which a request can end: a real client, a real socket, and what the plan decides.
@Suite("Error taxonomy", .hangGuard)
struct ErrorTaxonomyTests {
    @Test("success: delivered, with proof", arguments: ErrorCase.successes)
    func success(errorCase: ErrorCase) async throws { try await expect(errorCase) }

    @Test("never sent, or refused for now: tried again, without an attempt counted", arguments: ErrorCase.unapplied)
    func unapplied(errorCase: ErrorCase) async throws { try await expect(errorCase) }

    @Test("perhaps applied: asked about by upsert after a wait", arguments: ErrorCase.ambiguous)
    func ambiguous(errorCase: ErrorCase) async throws { try await expect(errorCase) }

    @Test("refused for what it is: parked with the reason", arguments: ErrorCase.permanent)
    func permanent(errorCase: ErrorCase) async throws { try await expect(errorCase) }

    @Test(
        "refused for who we are: all of delivery pauses, and nothing is lost or counted",
        arguments: ErrorCase.configuration
    )
    func configuration(errorCase: ErrorCase) async throws { try await expect(errorCase) }

    private func expect(_ errorCase: ErrorCase) async throws {
        let delivery = PlannedDelivery()
        let sent = try (0..<errorCase.count).map { number in
            try claim(number, comment: "so very slow", attempts: errorCase.attempts, mustUpsert: errorCase.isUpsert)
        }
        let counts = try await send(sent, in: delivery, to: errorCase.endpoint)
        let settlement = delivery.settle()
        let outcome = ExpectedOutcome(settlement, of: sent, then: &delivery.plan, at: delivery.now)
        #expect(outcome?.matches(errorCase.expected) == true, "\(String(describing: outcome))")
        #expect(counts.unlinked.isEmpty)
        let told = "\(settlement) \(delivery.plan.status)"
        for secret in ["person0", "so very slow", Self.token] { #expect(!told.contains(secret)) }
    }

    @Test("403 with a partial success: what got through is delivered, what lacked permission is asked about alone")
    func partialPermission() async throws {
        let delivery = PlannedDelivery()
        let sent = try claims(0..<3)
        _ = try await send(
            sent,
            in: delivery,
            to: .api { sent in
                BulkEnvelope(created: Array(sent[0...1]), permissionErrors: [.string("no permission")]).reply(403)
            }
        )
        #expect(delivery.settle().verdicts.map(\.id) == [sent[0].id, sent[1].id])
        #expect(try delivery.batch() == Batch([sent[2]], .upsert, mayHaveArrived: true))
        #expect(delivery.plan.status == .forwarding)
    }

    @Test("only where nobody was reached a whole batch is the next to try")
    func reached() async throws {
        let endpoints: [(ErrorCase.Endpoint, Int)] = [
            (.nobody, 100), (.fullBacklog, 100), (.api { _ in .json(408, "") }, 1), (.api { _ in .json(500, "") }, 1),
        ]
        for (endpoint, limit) in endpoints {
            let delivery = PlannedDelivery()
            _ = try await send([claim(1)], in: delivery, to: endpoint)
            _ = delivery.settle()
            _ = try delivery.waited()
            #expect(delivery.next() == .claim(limit: limit), "\(endpoint)")
        }
    }

    @Test("429 twice without Retry-After: a minute, then two")
    func limitedAgain() async throws {
        let delivery = PlannedDelivery()
        for (number, seconds) in [(1, 60.0), (2, 120)] {
            _ = try await send([claim(number)], in: delivery, to: .api { _ in .json(429, "") })
            _ = delivery.settle()
            #expect(try delivery.waited() == seconds)
        }
    }

    @Test("all-zero counts are no success: once more by upsert, then parked as ignored")
    func ignored() async throws {
        let delivery = PlannedDelivery()
        let nothing = ErrorCase.Endpoint.api { _ in BulkEnvelope().reply() }
        for (attempts, expected) in [(0, ExpectedOutcome.ambiguous), (1, .parked("ignored by Planhat"))] {
            let sent = try [claim(1, attempts: attempts, mustUpsert: true)]
            _ = try await send(sent, in: delivery, to: nothing)
            let outcome = ExpectedOutcome(delivery.settle(), of: sent, then: &delivery.plan, at: delivery.now)
            #expect(outcome?.matches(expected) == true, "\(String(describing: outcome))")
        }
    }

    @Test("a record without euId and cId: delivered, and counted as unlinked")
    func unlinked() async throws {
        let delivery = PlannedDelivery()
        let sent = try claim(1)
        let counts = try await send([sent], in: delivery, to: .api { _ in .json(200, #"{"_id":"61","euId":null}"#) })
        #expect(counts.delivered == 1)
        #expect(counts.unlinked == [sent.id])
        #expect(delivery.settle().verdicts == [sent.settled(as: .delivered(planhatID: "61"))])
    }

    @Test("what is linked to nobody is counted and told once, by id alone")
    func unlinkedIsTold() async throws {
        try await DeliveryFixture.visit(faults: ["unknown-contact=store-unlinked"]) { fixture in
            try await fixture.withQueue { queue in
                let stranger = SurveyResponse(
                    id: ResponseID(source: "test", providerID: "stranger"),
                    source: "test",
                    email: try EmailAddress("stranger@nowhere.invalid"),
                    score: try #require(Score(3)),
                    answeredAt: Date(timeIntervalSince1970: 1_699_999_999)
                )
                _ = try await queue.accept([Submission(stranger)])
                try await fixture.forward(from: queue, until: 1)
                #expect(try await queue.status().delivered == 1)
                #expect(fixture.metrics["nps_delivery_unlinked_total"] == 1)
                let told = fixture.logs.lines.filter { $0.contains("linked it to no contact") }
                #expect(told.count == 1)
                #expect(told.allSatisfy { $0.hasPrefix("info") && $0.contains(stranger.id.rawValue) })
                #expect(!told.contains { $0.contains("nowhere") })
            }
        }
    }

    @Test("crash while sending: ambiguous after the next start, and an upsert for good")
    func crash() async throws {
        try await DeliveryFixture.visit { fixture in
            let id = try response(1).id
            try await fixture.withQueue { queue in
                _ = try await queue.accept([Submission(response(1))])
                #expect(try await queue.claim(limit: 1).map(\.mustUpsert) == [false])
            }
            try await fixture.withQueue { queue in
                let item = try #require(try await queue.show(id))
                #expect(item.state == .pending)
                #expect(item.mustUpsert)
                #expect(item.history?.map(\.outcome) == [.ambiguous])
            }
        }
    }

    @Test("local validation failure: parked with the reason")
    func invalid() throws {
        let delivery = PlannedDelivery()
        let sent = try claim(1)
        let answer = SendResult.failed(.invalidRequest("An id can't be empty."))
        #expect(
            try delivery.deliver([sent], answer).verdicts == [sent.settled(as: .park(reason: "An id can't be empty."))]
        )
    }
}

extension ErrorTaxonomyTests {
    private static let token = "t0ken-5ecret"

    /// Sends the claims there in one request, and tells the plan the result.
    private func send(_ claims: [Claim], in delivery: PlannedDelivery, to endpoint: ErrorCase.Endpoint) async throws
        -> DeliveryCounts
    {
        _ = try delivery.claimLimit()
        delivery.plan.found(claims, nextDue: nil, at: delivery.now)
        let batch = try delivery.batch()
        #expect(batch.claims == claims)
        let reply = try await atEndpoint(endpoint, with: claims) { url, limit in
            var configuration = PlanhatClient.Configuration(baseURL: url, token: Self.token)
            if case .fullBacklog = endpoint { configuration.connectTimeout = .milliseconds(500) }
            configuration.timeout = limit
            let client = try PlanhatClient(configuration: configuration, logger: .silent)
            let reply = await PlanhatSender(client: client).send(batch)
            await client.shutdown()
            return reply
        }
        return delivery.plan.answered(reply.result, to: batch, quota: reply.quota, at: delivery.now)
    }

    private func atEndpoint(
        _ endpoint: ErrorCase.Endpoint,
        with claims: [Claim],
        _ send: (_ url: String, _ limit: Duration) async throws -> PlanhatSender.Reply
    ) async throws -> PlanhatSender.Reply {
        // Except at `silent` no time limit is under test, and a busy machine may be slow.
        func visit(_ url: String) async throws -> PlanhatSender.Reply { try await send(url, .seconds(86_400)) }
        switch endpoint {
        case .api(let reply):
            return try await StubServer.run([reply(claims)]) { try await visit($0.url) }
        case .silent(let reply):
            var limit = Duration.milliseconds(250)
            while true {
                limit *= 2
                let (answer, isSent) = try await StubServer.run([reply]) { stub in
                    (try await send(stub.url, limit), !stub.requests.isEmpty)
                }
                // When the limit ends before the request is out, it shows nothing.
                if isSent { return answer }
            }
        case .nobody:
            return try await UnansweredPort.runClosed { try await visit("http://127.0.0.1:\($0)") }
        case .unknownName:
            // Longer than a label may be (RFC 1035 §2.3.4), so that no server is asked for it.
            return try await visit("https://\(String(repeating: "a", count: 64)).invalid")
        case .plainText:
            return try await StubServer.run([.end]) { try await visit("https://127.0.0.1:\($0.port)") }
        case .fullBacklog:
            return try await UnansweredPort.run { try await visit("http://127.0.0.1:\($0)") }
        case .selfSigned:
            return try await StubServer.run([.end], tls: try SelfSignedCertificate.serverContext()) { stub in
                try await visit("https://localhost:\(stub.port)")
            }
        }
    }
}
