import NPSModel
import StubAPI
import Synchronization
import TestSupport
import Testing

@testable import PlanhatAPI

@Suite("Leave to send", .hangGuard)
struct SendPermitTests {
    /// Says yes until it is to say no, and counts what it is asked and told.
    private final class Gate: Sendable {
        struct Record: Equatable {
            var asked = 0
            var begun = 0
            var isOpen = true
        }

        let record = Mutex(Record())

        var permit: SendPermit {
            SendPermit(
                mayBegin: {
                    self.record.withLock { record in
                        record.asked += 1
                        return record.isOpen
                    }
                },
                didBegin: { self.record.withLock { $0.begun += 1 } }
            )
        }

        func shut() { record.withLock { $0.isOpen = false } }
    }

    private static let answer = StubReply.json(200, #"{"created":1,"insertsKeys":[{"_id":"a","sourceId":"s"}]}"#)

    @Test("what may go goes whole, on a new connection and on one that was used before")
    func open() async throws {
        let gate = Gate()
        let bodies = try await conversing(Self.answer, Self.answer) { client, stub in
            for _ in 1...2 { _ = try await client.upsert([.sample()], gate.permit) }
            return stub.requests.map(\.body)
        }
        #expect(
            bodies
                == Array(
                    repeating: String(decoding: JSONValue.array([RecordDraft.sample().json]).canonical, as: UTF8.self),
                    count: 2
                )
        )
        #expect(gate.record.withLock { $0 } == Gate.Record(asked: 2, begun: 2))
    }

    @Test("what may not go any more never arrives, whatever the connection was used for before")
    func shut() async throws {
        let gate = Gate()
        try await conversing(Self.answer, Self.answer, Self.answer) { client, stub in
            _ = try await client.upsert([.sample()], gate.permit)
            gate.shut()
            for _ in 1...2 {
                let error = await failure { () async throws(PlanhatError) in
                    try await client.upsert([.sample()], gate.permit)
                }
                #expect(error == .heldBack)
            }
            // The stub has read what there was by the time it has answered this.
            _ = try await client.upsert([.sample()])
            #expect(stub.requests.count == 2)
        }
        #expect(gate.record.withLock { $0 } == Gate.Record(asked: 3, begun: 1, isOpen: false))
    }

    @Test("a body that the kernel wouldn't take at once is refused")
    func large() throws {
        let gate = Gate()
        _ = try GuardedBody(Array(repeating: 0, count: GuardedBody.limit), gate.permit)
        #expect(throws: PlanhatError.self) {
            try GuardedBody(Array(repeating: 0, count: GuardedBody.limit + 1), gate.permit)
        }
    }
}
