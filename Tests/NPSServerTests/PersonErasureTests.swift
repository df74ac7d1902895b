import Foundation
import NPSConsole
import NPSModel
import NPSQueue
import Synchronization
import Testing

@testable import NPSServer

@Suite("A person's erasure on a page")
struct PersonErasureTests {
    private static let now = Date(timeIntervalSince1970: 7)

    private static func erasure(_ numbers: ClosedRange<Int>, isWanted: Bool = true) -> Erasure {
        let ids = numbers.map { ResponseID(source: "acme", providerID: "\($0)") }
        return Erasure(
            erasedAt: now,
            responses: ids.map { .init(id: $0, state: .delivered) },
            remote: ids.map { .init(id: $0, planhatId: nil, deletableFrom: now, isWanted: isWanted) },
            ordered: isWanted ? ids.count : 0
        )
    }

    private func run(
        after before: ErasureNote? = nil,
        hurry: @escaping @Sendable ([Erasure.Remote]) -> Void = { _ in },
        _ call: @escaping @Sendable (ErasureRequest, inout ErasureNote) async throws -> ErasureResponse
    ) async throws -> ErasureTickets.Outcome {
        let erasure = PersonErasure(call: call, hurry: hurry, now: { Self.now })
        return await erasure.run(try EmailAddress("ana@example.com"), isRemote: true, after: before)
    }

    @Test("what a call did that failed in the end is on the receipt of the next try")
    func failing() async throws {
        let first = try await run { _, note in
            note.add(.payloads(2))
            note.add(.responses(Self.erasure(1...100)))
            throw Problem.unexpected
        }
        #expect(first.error != nil)
        let before = try #require(first.note)
        #expect(before.quarantined == 2 && before.responses.count == 100 && before.remote.count == 100)
        let hurried = Mutex(0)
        let second = try await run(after: before, hurry: { remote in hurried.withLock { $0 += remote.count } }) {
            wanted,
            note in
            #expect(wanted.remote == true)
            note.add(.responses(Self.erasure(101...110)))
            // Two are gone at Planhat meanwhile.
            let erasure = Erasure(erasedAt: Self.now, responses: [], remote: Self.erasure(3...110).remote)
            return ErasureResponse(erasure: erasure, quarantined: 0, next: nil)
        }
        let note = try #require(second.note)
        #expect(second.error == nil && note.quarantined == 2 && note.responses.count == 110)
        #expect(note.remote.count == 108 && hurried.withLock { $0 } == 108)
    }

    @Test("all calls are added up, until everything was searched")
    func calls() async throws {
        let outcome = try await run { wanted, note in
            let number = Int(wanted.after ?? 0) + 1
            note.add(.payloads(1))
            if number == 2 { note.add(.responses(Self.erasure(1...1))) }
            let all = number < 2 ? [] : Self.erasure(1...1).remote
            let erasure = Erasure(erasedAt: Self.now, responses: [], remote: all)
            return ErasureResponse(erasure: erasure, quarantined: 1, next: number < 3 ? Int64(number) : nil)
        }
        #expect(outcome.note?.quarantined == 3 && outcome.note?.responses.count == 1)
        #expect(outcome.note?.remote.count == 1)
    }

    @Test("a try that did nothing leaves no receipt")
    func nothing() async throws {
        let outcome = try await run { _, _ in throw Problem.unexpected }
        #expect(outcome.note == nil && outcome.error != nil)
    }
}
