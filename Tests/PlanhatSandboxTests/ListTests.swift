import HTTPTypes
import NPSModel
import TestSupport
import Testing

struct ListTests {
    /// Five records of two companies and one outsider, answered on five days, oldest first.
    private func fill(_ client: SandboxClient) async throws {
        let people = [
            ("ana@example.com", 3), ("bob@example.org", 9), ("cy@example.com", 7), ("di@else.test", 9),
            ("ed@example.org", 0),
        ]
        for (index, (email, score)) in people.enumerated() {
            let body = #"""
                {"email":"\#(email)","score":\#(score),"sourceId":"s\#(index)","dateAnswered":"2026-01-0\#(index + 1)T00:00:00Z"}
                """#
            _ = try await client.send(.post, "/nps", body)
        }
    }

    @Test(
        "parameters choose and order what is listed; ties keep the order of arrival",
        arguments: [
            ("", ["s0", "s1", "s2", "s3", "s4"]),
            ("?limit=2", ["s0", "s1"]),
            ("?limit=2&offset=3", ["s3", "s4"]),
            ("?limit=20000&offset=4", ["s4"]),
            ("?offset=9", []),
            ("?sort=-npsDate&limit=3", ["s4", "s3", "s2"]),
            ("?sort=score", ["s4", "s0", "s2", "s1", "s3"]),
            ("?sort=-score", ["s1", "s3", "s2", "s0", "s4"]),
            ("?sort=-scoreType", ["s1", "s3", "s2", "s0", "s4"]),
            ("?sort=email", ["s0", "s1", "s2", "s3", "s4"]),
            ("?sort=Email", ["s0", "s1", "s2", "s3", "s4"]),
            ("?companyId=5f3bc3ef0000000000000c01", ["s0", "s2"]),
            ("?companyId=5f3bc3ef0000000000000c01,5f3bc3ef0000000000000c02", ["s0", "s1", "s2", "s4"]),
            ("?companyId=5f3bc3ef0000000000000c09", []),
            ("?email=ana@example.com&nonsense=1", ["s0", "s1", "s2", "s3", "s4"]),
            ("?npsExpiryDay=31", ["s2", "s3", "s4"]),
            ("?npsExpiryDay=9223372036854775807", ["s0", "s1", "s2", "s3", "s4"]),
        ]
    )
    func parameters(query: String, expected: [String]) async throws {
        try await withSandbox { client in
            try await fill(client)
            #expect(try await client.list(query, property: "sourceId") == expected)
        }
    }

    @Test("select leaves only the named properties, and _id")
    func select() async throws {
        try await withSandbox { client in
            try await fill(client)
            let records = try await client.send(.get, "/nps?select=nps,email").json.elements
            #expect(records.count == 5)
            #expect(records.allSatisfy { $0.names == ["_id", "nps", "email"] })
        }
    }

    @Test("a hundred are listed unless more are asked for, and after 360 days none")
    func defaults() async throws {
        let clock = TestClock()
        try await withSandbox(clock: clock) { client in
            let items = (0..<105).map { #"{"email":"p\#($0)@example.com","score":5}"# }
            _ = try await client.send(.put, "/nps", "[" + items.joined(separator: ",") + "]")
            #expect(try await client.list().count == 100)
            #expect(try await client.list("?limit=1000").count == 105)
            clock.advance(by: 361 * 86_400)
            #expect(try await client.list().isEmpty)
        }
    }

    @Test(
        "numbers that are none are a 400",
        arguments: ["limit=x", "limit=0", "limit=-1", "offset=-1", "npsExpiryDay=1.5"]
    )
    func badNumbers(query: String) async throws {
        try await withSandbox { client async throws in
            #expect(try await client.send(.get, "/nps?\(query)").status == 400)
        }
    }
}
