import Foundation
import NIOHTTP1
import NPSModel
import PlanhatAPI
import StubAPI
import Testing

@Suite("Operations on the wire")
struct OperationTests {
    private static let record = #"{"_id":"61030b0e","email":"ana@example.com","score":9,"__v":0}"#

    @Test("create posts the draft, with the token and as JSON")
    func create() async throws {
        let (record, request) = try await conversing(.json(200, Self.record)) { client, stub in
            (try await client.create(.sample()), try #require(stub.requests.first))
        }
        #expect(record.id == "61030b0e")
        #expect(request.method == .POST)
        #expect(request.uri == "/nps")
        #expect(request.headers["Authorization"] == ["Bearer \(testToken)"])
        #expect(request.headers["Content-Type"] == ["application/json"])
        #expect(request.headers["Accept-Encoding"].isEmpty)
        let sent = try JSONValue(parsing: Data(request.body.utf8))
        #expect(sent == RecordDraft.sample().json)
    }

    @Test("a request carries the trace that it belongs to, or one of its own")
    func trace() async throws {
        let trace = TraceContext.new()
        let requests = try await conversing(.json(200, Self.record)) { client, stub in
            _ = try await client.create(.sample(), trace: trace)
            _ = try await client.get(.planhat("5f3bc3ef"))
            _ = try await client.get(.planhat("5f3bc3ef"))
            return stub.requests
        }
        let headers = requests.map { $0.headers["traceparent"] }
        #expect(headers.allSatisfy { $0.count == 1 })
        #expect(headers.first == [trace.header])
        #expect(Set(headers.compactMap { $0.first.flatMap { TraceContext($0) }?.traceID }).count == 3)
    }

    @Test(
        "a record is named by Planhat's id or, with the prefix, by its source's",
        arguments: [
            (RecordID.planhat("5f3bc3ef"), "/nps/5f3bc3ef"), (.source("nps1-0a"), "/nps/srcid-nps1-0a"),
            (.source("a/b?c#d"), "/nps/srcid-a%2Fb%3Fc%23d"), (.source("a b+c%20"), "/nps/srcid-a%20b%2Bc%2520"),
            (.source("é.~_-"), "/nps/srcid-%C3%A9.~_-"), (.planhat("../companies"), "/nps/..%2Fcompanies"),
            (.source("."), "/nps/srcid-."), (.planhat("a\r\nX: y"), "/nps/a%0D%0AX%3A%20y"),
        ]
    )
    func path(id: RecordID, uri: String) async throws {
        let requests = try await conversing(.json(200, Self.record)) { client, stub in
            _ = try await client.get(id)
            _ = try await client.update(id, .sample())
            _ = try? await client.delete(id)
            return stub.requests
        }
        #expect(requests.map(\.uri) == [uri, uri, uri])
        #expect(requests.map(\.method) == [.GET, .PUT, .DELETE])
    }

    @Test(
        "an id that would name the collection never leaves",
        arguments: [RecordID.planhat(""), .source(""), .planhat("."), .planhat("..")]
    )
    func emptyID(id: RecordID) async throws {
        let (failures, requests) = try await conversing(.json(200, Self.record)) { client, stub in
            let failures = [
                await failure { () async throws(PlanhatError) in _ = try await client.get(id) },
                await failure { () async throws(PlanhatError) in _ = try await client.update(id, .sample()) },
                await failure { () async throws(PlanhatError) in _ = try await client.delete(id) },
            ]
            return (failures, stub.requests)
        }
        #expect(failures.map { $0?.disposition } == [.invalid, .invalid, .invalid])
        #expect(requests.isEmpty)
    }

    @Test("list sends the parameters that are set, encoded")
    func list() async throws {
        var query = ListQuery()
        query.companyId = "a1,extid-b&c"
        query.limit = 10_000
        query.offset = 0
        query.sort = "-npsDate"
        query.select = "email,nps"
        query.npsExpiryDay = 30
        let asked = query
        let (records, uris) = try await conversing(.json(200, "[\(Self.record), 7, null]")) { client, stub in
            _ = try await client.list(ListQuery())
            return (try await client.list(asked), stub.requests.map(\.uri))
        }
        #expect(records.map(\.email) == ["ana@example.com"])
        let parameters = "companyId=a1%2Cextid-b%26c&limit=10000&offset=0&sort=-npsDate&select=email%2Cnps"
        #expect(uris == ["/nps", "/nps?\(parameters)&npsExpiryDay=30"])
    }

    @Test("upsert puts an array, even of one")
    func upsert() async throws {
        let answer = #"{"created":1,"insertsKeys":[{"_id":"a","sourceId":"s"}]}"#
        let (result, request) = try await conversing(.json(200, answer)) { client, stub in
            (try await client.upsert([.sample()]), try #require(stub.requests.first))
        }
        #expect(result.proof(of: "s")?.id == "a")
        #expect(request.method == .PUT)
        #expect(request.uri == "/nps")
        #expect(try JSONValue(parsing: Data(request.body.utf8)) == .array([RecordDraft.sample().json]))
    }

    @Test("a bulk upsert of nothing or of more than 5,000 items never leaves", arguments: [0, 5_001])
    func bulkLimits(count: Int) async throws {
        let drafts = Array(repeating: RecordDraft.sample(), count: count)
        let (error, requests) = try await conversing(.json(200, "{}")) { client, stub in
            (await failure { () async throws(PlanhatError) in try await client.upsert(drafts) }, stub.requests)
        }
        #expect(error?.disposition == .invalid)
        #expect(requests.isEmpty)
    }

    @Test("5,000 items are one request")
    func fullBulk() async throws {
        let drafts = Array(repeating: RecordDraft.sample(), count: 5_000)
        let (result, requests) = try await conversing(.json(200, #"{"nonupdates":5000}"#)) { client, stub in
            (try await client.upsert(drafts), stub.requests)
        }
        #expect(result.applied == 5_000)
        #expect(requests.count == 1)
    }

    @Test(
        "deletions are counted where the answer says so",
        arguments: [
            (#"{"n":1,"ok":1,"deletedCount":1}"#, 1), (#"{"n":0,"ok":1,"deletedCount":0}"#, 0), (#"{"n":0,"ok":1}"#, 0),
            (#"{"deletedCount":1.0}"#, 1), ("", nil), ("OK", nil), ("{}", nil), (#"{"deletedCount":"many"}"#, nil),
        ] as [(String, Int?)]
    )
    func delete(body: String, count: Int?) async throws {
        let deletion = try await conversing(.json(200, body)) { client, _ in try await client.delete(.source("s")) }
        #expect(deletion.deletedCount == count)
    }

    @Test(
        "a path in front of /nps is kept, with and without a slash at its end",
        arguments: ["/planhat/v1", "/a/", "//"]
    )
    func prefix(path: String) async throws {
        let request = try await StubServer.run([.json(200, "[]")]) { stub in
            try await withClient(of: stub.url + path) { client in _ = try await client.list(ListQuery()) }
            return try #require(stub.requests.first)
        }
        var base = path[...]
        while base.hasSuffix("/") { base.removeLast() }
        #expect(request.uri == base + "/nps")
    }

    @Test("the rate limit is what the last answer said of it, whatever came of the request")
    func rateLimit() async throws {
        func limits(_ remaining: String) -> [(name: String, value: String)] {
            [("X-Rate-Limit-Limit", "200"), ("x-rate-limit-remaining", remaining)]
        }
        try await conversing(
            .json(200, "[]"),
            .answer(200, headers: limits("192"), body: "[]"),
            .answer(500, headers: limits("191")),
            .answer(200, headers: limits("lots"), body: "[]")
        ) { client, _ in
            var seen: [Int?] = []
            for _ in 0..<4 {
                _ = try? await client.list(ListQuery())
                seen.append(client.rateLimit?.remaining)
            }
            // An answer that says nothing readable makes the old figure worthless.
            #expect(seen == [nil, 192, 191, nil])
        }
    }
}
