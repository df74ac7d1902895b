import Foundation
import Logging
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import StubAPI
import TestSupport
import Testing

@Suite("Comparing receipts with Planhat")
struct VerificationTests {
    private func receipt(_ response: SurveyResponse, hasDigest: Bool = true) -> Receipt {
        Receipt(
            sequence: 1,
            id: response.id,
            deliveredAt: Date(timeIntervalSince1970: 1_700_000_000),
            planhatId: "61",
            isComparable: hasDigest
        )
    }

    /// The record as Planhat shows it in get, with some members replaced.
    private func record(_ response: SurveyResponse, _ changes: [String: JSONValue] = [:]) -> JSONValue {
        let members: [String: JSONValue] = [
            "_id": .string("5a2692f1"), "npsId": .string("61"), "email": .string(response.email.address),
            "nps": .integer(Int64(response.score.value)), "sourceId": .string(response.id.rawValue),
            "npsDate": .string(Timestamp.format(response.answeredAt)),
            "npsComment": response.comment.map(JSONValue.string) ?? .null, "scoreType": .string("promoter"),
        ]
        return .object(members.merging(changes) { $1 })
    }

    private func finding(_ changes: [String: JSONValue], comment: String? = "fine") async throws -> VerificationResult {
        let response = try response(1, comment: comment)
        let record = try #require(NPSRecord(record(response, changes)))
        return await VerificationResult(receipt(response), comparedWith: record) { $0 == response.contentDigest }
    }

    @Test(
        "what Planhat may do by itself is no difference",
        arguments: [
            [:], ["email": .string("Person1@Example.com")], ["npsComment": .string("fine\n")],
            ["npsComment": .null, "comment": .string("fine")], ["npsDate": .string("2023-11-14T22:13:19.5Z")],
            ["nps": .number(9)], ["cId": .string("5e"), "custom": .object(["x": .integer(1)])],
        ] as [[String: JSONValue]]
    )
    func same(changes: [String: JSONValue]) async throws {
        #expect(try await finding(changes) == .matching)
    }

    @Test("no comment is the same as an empty one", arguments: [JSONValue.null, .string("")])
    func noComment(comment: JSONValue) async throws {
        #expect(try await finding(["npsComment": comment], comment: nil) == .matching)
    }

    @Test(
        "what a person changed is a difference",
        arguments: [
            ["nps": .integer(0)], ["npsComment": .string("awful")], ["npsComment": .null], ["nps": .null],
            ["email": .string("other@example.com")], ["npsDate": .string("2023-11-15T22:13:19.500Z")],
        ] as [[String: JSONValue]]
    )
    func different(changes: [String: JSONValue]) async throws {
        #expect(try await finding(changes) == .differing)
    }

    @Test("a record of another response, and a receipt without a digest, say nothing")
    func unknown() async throws {
        #expect(try await finding(["sourceId": .string("nps1-0")]) == .unknown)
        #expect(try await finding(["sourceId": .null]) == .unknown)
        let response = try response(1)
        let record = try #require(NPSRecord(record(response)))
        let result = await VerificationResult(receipt(response, hasDigest: false), comparedWith: record) { _ in true }
        #expect(result == .unknown)
    }

    private func check(_ count: Int, _ replies: [StubReply]) async throws -> (
        findings: [VerificationResult], clock: TestClock, [String]
    ) {
        let clock = TestClock()
        let response = try response(1, comment: "fine")
        let receipt = receipt(response)
        return try await StubServer.run(replies) { stub in
            let client = try PlanhatClient(configuration: .init(baseURL: stub.url, token: "token"), logger: .silent)
            var verification = RecordVerifier(
                client: client,
                requestsPerMinute: 60,
                now: { clock.now },
                sleep: { clock.sleep($0) }
            )
            var findings: [VerificationResult] = []
            do {
                for _ in 0..<count {
                    findings.append(try await verification.check(receipt, by: { $0 == response.contentDigest }))
                }
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
            return (findings, clock, stub.requests.map(\.uri))
        }
    }

    @Test("it asks by sourceId, at half of the pace")
    func pace() async throws {
        let response = try response(1, comment: "fine")
        let there = StubReply.json(200, String(decoding: record(response).canonical, as: UTF8.self))
        let (findings, clock, paths) = try await check(4, [there, there, .json(404, "{}"), there])
        #expect(findings == [.matching, .matching, .missing, .matching])
        #expect(clock.sleeps == [2, 2, 2])
        #expect(paths == Array(repeating: "/nps/srcid-\(response.id)", count: 4))
    }

    @Test("a rate limit and a failing API are waited out")
    func patience() async throws {
        let limited = StubReply.answer(429, headers: [("Retry-After", "17")])
        let (findings, clock, _) = try await check(1, [limited, .json(500, ""), .json(404, "")])
        #expect(findings == [.missing])
        #expect(clock.sleeps == [17, 2])
    }

    @Test("an API that doesn't answer, or refuses, ends it", arguments: [StubReply.json(500, ""), .json(401, "")])
    func gaveUp(reply: StubReply) async throws {
        await #expect(throws: PlanhatError.self) { _ = try await check(1, [reply]) }
    }

    @Test("a request that somebody else in this process sends takes a turn of delivery's")
    func yielded() throws {
        let delivery = PlannedDelivery(requestsPerMinute: 60)
        for (turns, seconds) in [(0, 1.0), (1, 2), (3, 4), (0, 1), (1_000, 11)] {
            _ = try delivery.deliver([claim(1)], .record(planhatID: "61"))
            delivery.plan.yield(turns: turns)
            #expect(try delivery.waited() == seconds)
        }
    }

    @Test(
        "an API that only asks for pauses ends it in the end",
        arguments: [
            (StubReply.answer(429), 5), (.answer(429, headers: [("Retry-After", "0")]), 70),
            (.answer(503, headers: [("Retry-After", "600")]), 7),
        ] as [(StubReply, Int)]
    )
    func pauses(reply: StubReply, most: Int) async throws {
        let clock = TestClock()
        let receipt = receipt(try response(1))
        try await StubServer.run([reply]) { stub in
            let client = try PlanhatClient(configuration: .init(baseURL: stub.url, token: "token"), logger: .silent)
            var verification = RecordVerifier(
                client: client,
                requestsPerMinute: 60,
                now: { clock.now },
                sleep: { clock.sleep($0) }
            )
            await #expect(throws: PlanhatError.self) { _ = try await verification.check(receipt, by: { _ in true }) }
            await client.shutdown()
            #expect(stub.requests.count <= most)
        }
    }

    @Test("while a verification runs, delivery takes half of the pace", arguments: [60, 1])
    func shared(requestsPerMinute: Int) throws {
        let delivery = PlannedDelivery(requestsPerMinute: requestsPerMinute)
        let usual = 60 / TimeInterval(requestsPerMinute)
        for (isShared, seconds) in [(true, 2 * usual), (false, usual)] {
            delivery.plan.share(isShared)
            _ = try delivery.deliver([claim(1)], .record(planhatID: "61"))
            #expect(try delivery.waited() == seconds)
        }
    }
}
