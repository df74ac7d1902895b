import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

/// With a server that no other test uses, one test after the other.
@Suite("While PostgreSQL is restarted", .serialized, .enabled(if: TestCluster.restarted != nil))
struct PostgresRestartTests {
    private func control(_ mode: String) async throws {
        let cluster = try #require(TestCluster.restarted)
        try await withCheckedThrowingContinuation { continuation in
            // It blocks, which no task may do.
            DispatchQueue.global().async { continuation.resume(with: Result { try cluster.control(mode) }) }
        }
    }

    @Test(
        "callers wait, nothing that was acknowledged is lost, and nothing is twice there",
        .hangGuard,
        arguments: ["fast", "immediate", "kill"]
    )
    func restart(mode: String) async throws {
        let fixture = try QueueFixture(.postgres, cluster: .restarted)
        let leader = try fixture.open()
        let follower = try fixture.open {
            $0.forwarding = .never
            $0.rename("follower")
        }
        let (planhat, ledger) = (Planhat(), Ledger())
        async let restarting: Void = control(mode)
        try await ledger.fill(600, through: [leader, follower]) { try? await planhat.deliver(leader, limit: 20) }
        try await restarting
        // Once more, now that it is certain that the server has been away.
        #expect(try await follower.accept([try submission(1, score: 1)]).outcomes.count == 1)
        fixture.clock.advance(by: 100)
        while try await leader.nextDue() != nil {
            fixture.clock.advance(by: 100)
            try await planhat.deliver(leader, limit: 100)
        }
        try await ledger.check(leader, planhat)
        await leader.close()
        await follower.close()
        try fixture.audit()
    }

    @Test(
        "a server that is told to lose answers in a power cut is used no more until it is told otherwise",
        .hangGuard,
        arguments: ["fsync", "full_page_writes"]
    )
    func unsafeSettings(name: String) async throws {
        let cluster = try #require(TestCluster.restarted)
        let fixture = try QueueFixture(.postgres, cluster: .restarted)
        let queue = try fixture.open()
        try cluster.administer("ALTER SYSTEM SET \(name) = off", "SELECT pg_reload_conf()")
        // Its sessions are told one after the other, and acceptance looks at it once a second.
        let refusals = [
            await #expect(throws: QueueError.self) { while true { try await queue.probe() } },
            await #expect(throws: QueueError.self) { while true { _ = try await queue.accept([try submission(1)]) } },
        ]
        try cluster.administer("ALTER SYSTEM RESET \(name)", "SELECT pg_reload_conf()")
        #expect(refusals == Array(repeating: PostgresConnection.losesAnswers, count: 2))
        while (try? await queue.probe()) == nil { await Task.yield() }
        #expect(try await queue.accept([try submission(2)]).outcomes == [.accepted])
        await queue.close()
        try fixture.audit()
    }

    @Test("callers of a database that stays away are refused, and the queue goes on when it is back", .hangGuard)
    func absence() async throws {
        let fixture = try QueueFixture(.postgres, cluster: .restarted)
        let queue = try fixture.open { $0.patience = 0.1 }
        _ = try await queue.accept([try submission(1)])
        try await control("stop")
        await #expect(throws: QueueError.self) { try await queue.accept([try submission(2)]) }
        await #expect(throws: QueueError.self) { try await queue.probe() }
        await #expect(throws: QueueError.self) { try await queue.claim(limit: 1) }
        try await control("start")
        #expect(try await queue.accept([try submission(1)]).outcomes == [.unchanged(.sameContent)])
        #expect(try await queue.accept([try submission(3)]).outcomes == [.accepted])
        try await queue.probe()
        #expect(try await queue.claim(limit: 9).count == 2)
        await queue.close()
        try fixture.audit()
    }
}
