import NPSModel
import PlanhatAPI
import StubAPI
import Testing

/// Every answer that isn't a success, and what may be done next. `write` is what a create, update, delete or upsert
/// makes of it, `read` what a get or list does; nil = the same.
@Suite("What an answer means")
struct APIResponseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let reply: StubReply
        let write: PlanhatError.Disposition
        var read: PlanhatError.Disposition?

        init(_ reply: StubReply, _ write: PlanhatError.Disposition, read: PlanhatError.Disposition? = nil) {
            self.reply = reply
            self.write = write
            self.read = read
        }

        var testDescription: String { "\(reply)" }
    }

    static let onCollection: [Case] = [
        Case(.json(301, ""), .paused), Case(.json(304, ""), .paused), Case(.json(307, ""), .paused),
        Case(.json(400, #"{"message":"score is required"}"#), .rejected),
        Case(.json(401, #"{"message":"unauthorized"}"#), .paused), Case(.json(402, ""), .paused),
        Case(.json(403, #"{"message":"forbidden"}"#), .paused), Case(.html(403), .paused),
        Case(.json(404, #"{"message":"not found"}"#), .paused), Case(.html(404), .paused),
        Case(.json(405, ""), .paused),
        Case(.json(407, ""), .paused), Case(.json(408, ""), .ambiguous, read: .retry), Case(.json(409, ""), .rejected),
        Case(.html(400), .paused),
        Case(.json(400, ""), .paused), Case(.json(418, "tea"), .paused),
        Case(.json(413, ""), .rejected), Case(.html(413), .rejected), Case(.json(422, "nonsense"), .rejected),
        Case(.json(425, ""), .ambiguous, read: .retry), Case(.json(429, ""), .rateLimited(nil)),
        Case(.answer(429, headers: [("Retry-After", "7")]), .rateLimited(7)),
        Case(.answer(429, headers: [("Retry-After", "86400")]), .rateLimited(900)),
        Case(.answer(429, headers: [("Retry-After", "soon")]), .rateLimited(nil)),
        Case(.answer(429, headers: [("Retry-After", "Thu, 01 Jan 2026 00:00:00 GMT")]), .rateLimited(0)),
        Case(.answer(429, headers: [("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT")]), .rateLimited(900)),
        Case(.json(500, #"{"message":"oh"}"#), .ambiguous, read: .retry),
        Case(.json(501, ""), .ambiguous, read: .retry),
        Case(.html(502), .ambiguous, read: .retry), Case(.html(504), .ambiguous, read: .retry),
        Case(.json(503, ""), .ambiguous, read: .retry),
        Case(.answer(503, headers: [("Retry-After", "120")]), .rateLimited(120)),
        Case(.answer(503, headers: [("Retry-After", "soon")]), .ambiguous, read: .retry),
        Case(.html(200), .paused), Case(.answer(200, body: " \n<HTML><body>login"), .paused),
        Case(.answer(200, body: "\u{FEFF}<!doctype html>"), .paused),
        Case(.json(200, ""), .ambiguous, read: .retry), Case(.json(204, ""), .ambiguous, read: .retry),
        Case(.json(200, "{"), .ambiguous, read: .retry), Case(.json(200, "null"), .ambiguous, read: .retry),
        Case(.json(200, "7"), .ambiguous, read: .retry), Case(.json(202, "\"queued\""), .ambiguous, read: .retry),
        Case(.json(200, "'[]'"), .ambiguous, read: .retry), Case(.json(200, "{}"), .ambiguous, read: .retry),
        Case(.json(200, String(repeating: "[", count: 100_000)), .ambiguous, read: .retry),
    ]

    /// On one record's path: the same, but a 404 is about the record.
    static let onRecord =
        onCollection.filter { !"\($0.reply)".contains("answer(404") } + [
            Case(.json(404, #"{"message":"not found"}"#), .rejected), Case(.json(404, ""), .rejected),
            Case(.html(404), .paused),
        ]

    @Test("to a create", arguments: onCollection)
    func create(answer: Case) async throws {
        let error = try await conversing(answer.reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
        }
        #expect(error?.disposition == answer.write)
    }

    @Test("to a bulk upsert", arguments: onCollection)
    func upsert(answer: Case) async throws {
        let error = try await conversing(answer.reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.upsert([.sample(), .sample()]) }
        }
        #expect(error?.disposition == answer.write)
    }

    @Test("to a list", arguments: onCollection)
    func list(answer: Case) async throws {
        let error = try await conversing(answer.reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.list(ListQuery()) }
        }
        #expect(error?.disposition == answer.read ?? answer.write)
    }

    @Test("to an update", arguments: onRecord)
    func update(answer: Case) async throws {
        let error = try await conversing(answer.reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.update(.source("s"), .sample()) }
        }
        #expect(error?.disposition == answer.write)
    }

    @Test("to a get", arguments: onRecord)
    func get(answer: Case) async throws {
        let error = try await conversing(answer.reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.get(.source("s")) }
        }
        #expect(error?.disposition == answer.read ?? answer.write)
    }

    @Test("a record without an id is no proof of a create")
    func noID() async throws {
        let reply = StubReply.json(200, #"{"email":"ana@example.com","score":9}"#)
        let error = try await conversing(reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
        }
        #expect(error?.disposition == .ambiguous)
    }

    @Test("a create may be answered by any 2xx", arguments: [200, 201, 206])
    func success(status: Int) async throws {
        let record = try await conversing(.json(status, #"{"_id":"a"}"#)) { client, _ in
            try await client.create(.sample())
        }
        #expect(record.id == "a")
    }

    @Test("the envelope is read whatever the status says of the whole", arguments: [200, 201, 206, 400, 403, 422])
    func envelope(status: Int) async throws {
        let body = #"{"created":1,"insertsKeys":[{"_id":"a","sourceId":"s"}],"permissionErrors":["no"],"updated":0}"#
        let result = try await conversing(.json(status, body)) { client, _ in try await client.upsert([.sample()]) }
        #expect(result.status == status)
        #expect(result.created == 1)
        #expect(result.errors == [.string("no")])
    }

    @Test(
        "an envelope that tells of missing permission alone stops everything",
        arguments: [
            (403, #"{"permissionErrors":["no"]}"#, true), (200, #"{"created":0,"permissionErrors":[{},{}]}"#, true),
            (403, #"{"nonupdates":1,"permissionErrors":["no"]}"#, false),
            (403, #"{"createdErrors":["bad"],"permissionErrors":["no"]}"#, false), (403, #"{"created":0}"#, false),
        ]
    )
    func permission(status: Int, body: String, isRefused: Bool) async throws {
        let error = try await conversing(.json(status, body)) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.upsert([.sample()]) }
        }
        #expect((error?.disposition == .paused) == isRefused)
    }

    @Test("an envelope under a 5xx proves nothing")
    func envelopeOfFailure() async throws {
        let error = try await conversing(.json(500, #"{"created":1}"#)) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.upsert([.sample()]) }
        }
        #expect(error?.disposition == .ambiguous)
    }

    @Test(
        "a refusal names what a person can fix",
        arguments: [
            (StubReply.json(401, ""), PlanhatError.Refusal.token, ["token", "region"]),
            (.json(403, ""), .permission, ["permissions"]), (.json(302, ""), .redirect, ["planhat.url", "redirect"]),
            (.json(404, ""), .notTheAPI, ["planhat.url", "region"]), (.html(200), .foreignPage, ["planhat.url"]),
        ]
    )
    func refusals(reply: StubReply, kind: PlanhatError.Refusal, words: [String]) async throws {
        let error = try await conversing(reply) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
        }
        guard case .refused(let refusal, let sentence, _)? = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(refusal == kind)
        for word in words { #expect(sentence.contains(word)) }
    }

    @Test(
        "a rejection says what the API said, wherever that stands in the answer",
        arguments: [
            (#"{"message":"score is required"}"#, "score is required"),
            (#"{"error":"sourceId duplicated"}"#, "duplicated"),
            (#"{"error":{"message":"bad date"}}"#, "bad date"), (#"{"errors":[{"message":"bad id"}]}"#, "bad id"),
            (#""score must be a number""#, "score must be"), ("plain words", "plain words"), ("{}", "no reason given"),
            ("", "does not say why"), (" \n ", "does not say why"), ("<html>x</html>", "does not say why"),
        ]
    )
    func reason(body: String, words: String) async throws {
        let error = try await conversing(.answer(422, body: body)) { client, _ in
            await failure { () async throws(PlanhatError) in try await client.create(.sample()) }
        }
        #expect(error?.description.contains(words) == true)
    }
}
