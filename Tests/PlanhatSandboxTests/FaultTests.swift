import HTTPTypes
import NPSModel
import Synchronization
import Testing

struct FaultTests {
    private static let body = #"{"email":"ana@example.com","score":7,"sourceId":"a"}"#

    @Test(
        "each fault answers as it is named, and stores or doesn't",
        arguments: [
            ("401=1", 401, 0), ("403=1", 403, 0), ("429=1", 429, 0), ("500-before=1", 500, 0), ("500-after=1", 500, 1),
            ("502-html=1", 502, 0), ("504-html=1", 504, 1), ("truncated=1", 200, 1), ("empty-2xx=1", 200, 1),
            ("created-201=1", 201, 1), ("slow=1", 200, 1), ("429-after=1", 429, 1), ("408-after=1", 408, 1),
            ("425-after=1", 425, 1), ("503-before=1", 503, 0), ("503-after=1", 503, 1),
        ]
    )
    func answers(fault: String, status: Int, records: Int) async throws {
        try await withSandbox(fault) { client async throws in
            #expect(try await client.send(.post, "/nps", Self.body).status == status)
            #expect(try await client.stats()["records"]?.integer == records)
            #expect(try await client.send(.get, "/nps").status == 200)
        }
    }

    @Test(
        "a request with poison in it fails whenever it comes, and others don't",
        arguments: ["403", "404", "408", "425", "429", "500", "503"]
    )
    func poison(status: String) async throws {
        let poison = #"[{"email":"poison@example.com","score":7,"sourceId":"p"},\#(Self.body)]"#
        try await withSandbox("poison=\(status)") { client async throws in
            for _ in 1...2 {
                #expect(try await client.send(.put, "/nps", poison).status == Int(status))
                #expect(try await client.send(.put, "/nps", "[\(Self.body)]").status == 200)
            }
            #expect(try await client.stats()["records"]?.integer == 1)
            _ = try await client.send(.patch, "/sandbox/faults", #"{"poison":"none"}"#)
            #expect(try await client.send(.put, "/nps", poison).status == 200)
        }
    }

    @Test("proxies' errors are pages", arguments: ["502-html=1", "504-html=1"])
    func pages(fault: String) async throws {
        try await withSandbox(fault, "error-body=json") { client in
            let reply = try await client.send(.post, "/nps", Self.body)
            #expect(reply.header("Content-Type")?.hasPrefix("text/html") == true)
            #expect(reply.text.hasPrefix("<html>"))
        }
    }

    @Test("a truncated body is no JSON, an empty one is nothing")
    func bodies() async throws {
        try await withSandbox("truncated=1", "empty-2xx=2") { client in
            let truncated = try await client.send(.post, "/nps", Self.body)
            #expect(truncated.text.hasPrefix("{") && truncated.json == .null)
            #expect(try await client.send(.get, "/nps").text.isEmpty)
            #expect(try await client.send(.get, "/nps/x").text == #"{"message":"not found"}"#)
        }
    }

    @Test("a slow request waits before it commits")
    func slow() async throws {
        let pauses = Mutex<[Duration]>([])
        try await withSandbox("slow=1", "slow-delay=750", pause: { pause in pauses.withLock { $0.append(pause) } }) {
            client in
            _ = try await client.send(.post, "/nps", Self.body)
        }
        #expect(pauses.withLock { $0 } == [.milliseconds(750)])
    }

    @Test("faults are read, replaced and merged at run time")
    func control() async throws {
        try await withSandbox("rate-limit=0", "429=5") { client in
            #expect(try await client.send(.get, "/sandbox/faults").json["429"] == .string("5"))
            let merged = try await client.send(.patch, "/sandbox/faults", #"{"500-after":1,"429":0}"#).json
            #expect(merged["500-after"] == .string("1"))
            #expect(merged["429"] == nil)
            #expect(merged["rate-limit"] == .string("0"))
            #expect(try await client.send(.post, "/nps", Self.body).status == 500)
            #expect(try await client.send(.get, "/sandbox/faults").json["500-after"] == nil)
            let replaced = try await client.send(.put, "/sandbox/faults", #"{"slow":"0.5@write"}"#).json
            #expect(replaced["slow"] == .string("0.5@write"))
            #expect(replaced["rate-limit"] == .string("200"))
            let refused = try await client.send(.put, "/sandbox/faults", #"{"slow":"often","x":1}"#)
            #expect(refused.status == 400)
            #expect(refused.json["message"]?.string?.contains("there is no fault named x") == true)
            #expect(try await client.send(.get, "/sandbox/faults").json == replaced)
        }
    }

    @Test("the same seed repeats the same faults")
    func seed() async throws {
        try await withSandbox("rate-limit=0") { client in
            func storm() async throws -> [Int] {
                _ = try await client.send(.put, "/sandbox/faults", #"{"rate-limit":0,"500-before":0.5,"seed":42}"#)
                var statuses: [Int] = []
                for _ in 0..<40 { statuses.append(try await client.send(.get, "/nps").status) }
                return statuses
            }
            let first = try await storm()
            #expect(Set(first) == [200, 500])
            #expect(try await storm() == first)
        }
    }

    @Test("the figures balance: every request is counted once, under its operation and status")
    func stats() async throws {
        try await withSandbox("500-after=1", "drop-after=1") { client in
            _ = try await client.send(.post, "/nps", Self.body)
            _ = try await client.send(.post, "/nps", Self.body)
            _ = try await client.send(.put, "/nps", "[\(Self.body)]")
            _ = try await client.send(.get, "/nps/srcid-a")
            _ = try await client.send(.get, "/nps/x")
            _ = try await client.send(.put, "/nps/srcid-a", #"{"score":1}"#)
            _ = try await client.send(.get, "/nps", authorization: nil)
            _ = try await client.send(.delete, "/nps/srcid-a")
            let stats = try await client.stats()
            let requests: JSONValue = .object([
                "create": .object(["dropped": .integer(1), "500": .integer(1)]),
                "upsert": .object(["200": .integer(1)]), "get": .object(["200": .integer(1), "404": .integer(1)]),
                "update": .object(["200": .integer(1)]), "list": .object(["401": .integer(1)]),
                "delete": .object(["200": .integer(1)]),
            ])
            #expect(stats["requests"] == requests)
            #expect(stats["requestsTotal"] == .integer(8))
            // Two creates were committed behind their failures, then one was deleted.
            #expect(stats["records"] == .integer(1))
            #expect(stats["duplicates"] == .integer(0))
            let emptied = try await client.send(.post, "/sandbox/reset").json
            #expect(emptied["requestsTotal"] == .integer(0))
            #expect(emptied["records"] == .integer(0))
        }
    }
}
