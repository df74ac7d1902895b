import Foundation
import NPSModel
import NPSQueue
import PlanhatAPI
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("Erasing at Planhat")
struct RemoteErasureTests {
    /// An API that gives the answers it was told to give, and a clock that only sleeping moves.
    private final class Api: Sendable {
        private struct State {
            var answers: [Result<Deletion, PlanhatError>]
            var asked: [String] = []
        }

        private let state: Mutex<State>
        private let clock = TestClock()

        init(_ answers: [Result<Deletion, PlanhatError>]) {
            state = Mutex(State(answers: answers))
        }

        var asked: [String] { state.withLock { $0.asked } }
        var elapsed: TimeInterval { clock.now.timeIntervalSince1970 - 1_700_000_000 }

        func erasure(requestsPerMinute: Int = 60_000) -> RemoteErasure {
            RemoteErasure(
                requestsPerMinute: requestsPerMinute,
                delete: { id throws(PlanhatError) in
                    let answer = self.state.withLock { state in
                        state.asked.append("\(id)")
                        return state.answers.isEmpty ? .failure(.notFound) : state.answers.removeFirst()
                    }
                    return try answer.get()
                },
                quota: { nil },
                now: { self.clock.now },
                sleep: { self.clock.sleep($0) }
            )
        }
    }

    private static let id = ResponseID(source: "acme", providerID: "1")
    private static let deleted = Result<Deletion, PlanhatError>.success(Deletion(deletedCount: 1))
    private static let missing = Result<Deletion, PlanhatError>.success(Deletion(deletedCount: 0))

    private func remote(_ planhatId: String? = "64a1", from date: Date = .distantPast) -> Erasure.Remote {
        Erasure.Remote(id: Self.id, planhatId: planhatId, deletableFrom: date)
    }

    @Test(
        "a record is deleted by Planhat's id, else by ours, and is gone when neither is known",
        arguments: [
            (String?.some("64a1"), [deleted], RemoteErasure.Result.deleted, ["64a1"]),
            ("64a1", [.success(Deletion(deletedCount: nil))], .deleted, ["64a1"]),
            ("64a1", [missing, deleted], .deleted, ["64a1", "srcid-\(id)"]),
            ("64a1", [.failure(.notFound), missing], .alreadyGone, ["64a1", "srcid-\(id)"]),
            (nil, [deleted], .deleted, ["srcid-\(id)"]), (nil, [.failure(.notFound)], .alreadyGone, ["srcid-\(id)"]),
        ] as [(String?, [Result<Deletion, PlanhatError>], RemoteErasure.Result, [String])]
    )
    func ids(
        planhatId: String?,
        answers: [Result<Deletion, PlanhatError>],
        result: RemoteErasure.Result,
        asked: [String]
    ) async throws {
        let api = Api(answers)
        var erasure = api.erasure()
        #expect(try await erasure.delete(remote(planhatId)) == result)
        #expect(api.asked == asked)
    }

    @Test("what leaves the outcome open is asked again, and given up in the end")
    func repetition() async throws {
        let api = Api([.failure(.notSent("no answer")), .failure(.ambiguous("cut off")), Self.deleted])
        var erasure = api.erasure()
        #expect(try await erasure.delete(remote()) == .deleted)
        let dead = Api(Array(repeating: .failure(.notSent("no answer")), count: 10))
        var hopeless = dead.erasure()
        #expect(try await hopeless.delete(remote()) == .failed(PlanhatError.notSent("no answer").description))
        #expect(dead.asked.count == 4)
    }

    @Test("a refusal of one record fails it, a refusal of the token ends it all")
    func refusals() async throws {
        var one = Api([.failure(.rejected(status: 400, "no"))]).erasure()
        #expect(try await one.delete(remote()) == .failed("Planhat refused it with status 400: no"))
        var all = Api([.failure(.refused(.token, "The token is wrong."))]).erasure()
        #expect(try await all.delete(remote()) == .stopped("The token is wrong."))
    }

    @Test("it keeps to the pace, to a pause that Planhat asks for, and waits while a late request may arrive")
    func pace() async throws {
        let api = Api([Self.deleted, Self.deleted, .failure(.rateLimited(retryAfter: 30)), Self.deleted, Self.deleted])
        var erasure = api.erasure(requestsPerMinute: 60)
        for _ in 1...2 { _ = try await erasure.delete(remote()) }
        #expect(api.elapsed == 1)
        #expect(try await erasure.delete(remote()) == .deleted)
        #expect(api.elapsed == 32)
        _ = try await erasure.delete(remote(from: Date(timeIntervalSince1970: 1_700_000_100)))
        #expect(api.elapsed == 100)
    }
}
