import HTTPTypes
import NPSModel
import Testing

struct SwitchTests {
    @Test(
        "a second POST of one sourceId duplicates or is refused",
        arguments: [("duplicate", 200, 2), ("reject", 400, 1)]
    )
    func postDuplicate(choice: String, status: Int, records: Int) async throws {
        try await withSandbox("post-duplicate=\(choice)") { client in
            let body = #"{"email":"ana@example.com","score":7,"sourceId":"a"}"#
            #expect(try await client.send(.post, "/nps", body).status == 200)
            #expect(try await client.send(.post, "/nps", body).status == status)
            let stats = try await client.stats()
            #expect(stats["records"]?.integer == records)
            #expect(stats["duplicates"]?.integer == records - 1)
        }
    }

    struct Stranger: Sendable {
        let choice: String
        let status: Int
        let bulkStatus: Int
        let created: Int
        let isLinked: Bool
    }

    @Test(
        "a stranger's record is linked to a new company, kept alone, ignored or refused",
        arguments: [
            Stranger(choice: "domain-create", status: 200, bulkStatus: 200, created: 1, isLinked: true),
            Stranger(choice: "store-unlinked", status: 200, bulkStatus: 200, created: 1, isLinked: false),
            Stranger(choice: "ignore-2xx", status: 200, bulkStatus: 200, created: 0, isLinked: false),
            Stranger(choice: "reject-400", status: 400, bulkStatus: 400, created: 0, isLinked: false),
        ]
    )
    func unknownContact(_ expected: Stranger) async throws {
        try await withSandbox("unknown-contact=\(expected.choice)") { client in
            let body = #"{"email":"zoe@else.test","score":7}"#
            let single = try await client.send(.post, "/nps", body)
            #expect(single.status == expected.status)
            #expect((single.json["_id"] != nil) == (expected.created == 1))
            #expect((single.json["euId"] != nil) == expected.isLinked)
            #expect((single.json["cId"] != nil) == expected.isLinked)
            let bulk = try await client.send(.put, "/nps", "[\(body)]")
            #expect(bulk.status == expected.bulkStatus)
            #expect(bulk.json["created"]?.integer == expected.created)
            #expect(try await client.stats()["records"]?.integer == 2 * expected.created)
            #expect(try await client.stats()["endusers"]?.integer == (expected.isLinked ? 1 : 0))
        }
    }

    @Test("a named company goes before the domain")
    func namedCompany() async throws {
        try await withSandbox { client in
            let body = #"{"email":"ana@example.com","score":7,"cId":"5f3bc3ef0000000000000c03"}"#
            let reply = try await client.send(.post, "/nps", body).json
            #expect(reply["cId"] == .string("5f3bc3ef0000000000000c03"))
            #expect(reply["euId"] != nil)
        }
    }

    @Test("object-ids=any takes any text for a campaign")
    func anyObjectID() async throws {
        try await withSandbox("object-ids=any") { client in
            let body = #"{"email":"ana@example.com","score":7,"campaignId":"spring"}"#
            #expect(try await client.send(.post, "/nps", body).json["campaignId"] == .string("spring"))
        }
    }

    @Test(
        "an error's body has the form that was asked for",
        arguments: [
            ("json", #"{"message":"not found"}"#, "application/json; charset=utf-8"),
            ("text", "not found", "text/plain; charset=utf-8"), ("empty", "", nil),
        ]
    )
    func errorBody(choice: String, body: String, type: String?) async throws {
        try await withSandbox("error-body=\(choice)") { client in
            let reply = try await client.send(.get, "/nps/x")
            #expect(reply.status == 404)
            #expect(reply.text == body)
            #expect(reply.header("Content-Type") == type)
        }
    }

    @Test("error-body=html is a page")
    func htmlBody() async throws {
        try await withSandbox("error-body=html") { client in
            #expect(try await client.send(.get, "/nps/x").text.hasPrefix("<html>"))
        }
    }

    @Test("two upserts of one new sourceId that overlap make two records")
    func overlap() async throws {
        let meeting = Meeting(of: 2)
        try await withSandbox("overlap-window=50", pause: { _ in await meeting.attend() }) { client in
            let body = #"[{"email":"ana@example.com","score":7,"sourceId":"a"}]"#
            async let first = client.send(.put, "/nps", body)
            async let second = client.send(.put, "/nps", body)
            #expect(try await [first, second].map { $0.json["created"] } == [.integer(1), .integer(1)])
            #expect(try await client.stats()["duplicates"] == .integer(1))
        }
    }

    @Test("without the window, many at once make one record")
    func noOverlap() async throws {
        try await withSandbox { client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let body =
                            #"[{"email":"ana@example.com","score":7,"sourceId":"a","dateAnswered":"2026-01-01"}]"#
                        return try await client.send(.put, "/nps", body).json["created"]?.integer ?? -1
                    }
                }
                #expect(try await group.reduce(0, +) == 1)
            }
            #expect(try await client.stats()["records"] == .integer(1))
        }
    }
}

/// Lets nobody go on before all have come.
actor Meeting {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(of count: Int) { missing = count }

    func attend() async {
        missing -= 1
        guard missing > 0 else {
            for continuation in waiting { continuation.resume() }
            return waiting = []
        }
        await withCheckedContinuation { waiting.append($0) }
    }
}
