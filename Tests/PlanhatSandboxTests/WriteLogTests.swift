import Foundation
import HTTPTypes
import NPSModel
import TestSupport
import Testing

@testable import PlanhatSandbox

struct WriteLogTests {
    private static func item(_ id: String) -> String { #"{"email":"ana@example.com","score":7,"sourceId":"\#(id)"}"# }

    @Test(
        "two requests at a time for one sourceId are told, whatever they are",
        arguments: [
            (HTTPRequest.Method.put, "/nps", "[\(item("b")),\(item("a"))]"),
            (.post, "/nps", item("a")),
            (.put, "/nps/srcid-a", #"{"score":8}"#),
            (.delete, "/nps/srcid-a", ""),
        ]
    )
    func overlap(method: HTTPRequest.Method, path: String, body: String) async throws {
        let meeting = Meeting(of: 2)
        try await withSandbox("slow=2", pause: { _ in await meeting.attend() }) { client async throws in
            async let first = client.send(.put, "/nps", "[\(Self.item("a"))]")
            async let second = client.send(method, path, body)
            _ = try await (first, second)
            let writes = try await client.send(.get, "/sandbox/writes").json
            #expect(writes["overlaps"] == .integer(1))
            #expect(writes["overlapped"] == .array([.string("a")]))
            #expect(writes["arrivals"] == .array([.integer(1_770_000_000_000), .integer(1_770_000_000_000)]))
            _ = try await client.send(.post, "/sandbox/reset")
            let reset = try await client.send(.get, "/sandbox/writes").json
            #expect(reset == .object(["arrivals": .array([]), "overlaps": .integer(0), "overlapped": .array([])]))
        }
    }

    @Test("neither requests one after the other, nor one that names a sourceId twice, nor reads are told")
    func noOverlap() async throws {
        try await withSandbox("500-after=1", "bulk-repeat=last-wins") { client in
            for _ in 0..<2 {
                _ = try await client.send(.put, "/nps", "[\(Self.item("a")),\(Self.item("a"))]")
                _ = try await client.send(.get, "/nps/srcid-a")
            }
            let writes = try await client.send(.get, "/sandbox/writes").json
            #expect(writes["overlaps"] == .integer(0))
            #expect(writes["arrivals"]?.elements.count == 2)
        }
    }

    @Test("what is under way stays known after a reset, and old arrivals are forgotten")
    func bounds() {
        var log = WriteLog()
        log.begin(["a"], at: .distantPast)
        log.reset()
        for second in 0...WriteLog.arrivalLimit {
            log.begin(["b"], at: Date(timeIntervalSince1970: Double(second)))
            log.end(["b"])
        }
        #expect(log.arrivals.count == WriteLog.arrivalLimit / 2 + 1)
        #expect(log.arrivals.last == Int64(WriteLog.arrivalLimit) * 1_000)
        #expect(log.overlaps == 0)
        log.begin(["a", "b"], at: .distantPast)
        #expect(log.overlapped == ["a"])
    }
}
