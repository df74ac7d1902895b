import Testing

@testable import NPSQueue

@Suite("What follows when a transaction fails in PostgreSQL")
struct PostgresRetryTests {
    private let lost = PostgresError(code: "57P01", message: "terminating connection")
    private let deadlock = PostgresError(code: "40P01", message: "deadlock detected")

    private func action(
        _ retry: inout PostgresRetry,
        _ error: any Error,
        jobs: Int = 1,
        elapsed: Duration = .zero
    ) -> PostgresRetry.Action {
        retry.action(after: error, jobs: jobs, elapsed: elapsed)
    }

    @Test("a lost database is tried again, less and less often, until patience ends")
    func patience() {
        var retry = PostgresRetry(patience: .seconds(5))
        let pauses = (0..<7).map { _ in action(&retry, lost) }
        #expect(pauses == [50, 100, 200, 400, 800, 1_000, 1_000].map { .again(after: $0) })
        #expect(action(&retry, lost, elapsed: .seconds(5)) == .refuse(.database("\(lost)")))
    }

    @Test("a deadlock is tried again, three times; then each job alone")
    func deadlocks() {
        for (jobs, last) in [(9, .each), (1, .refuse(.database("\(deadlock)")))] as [(Int, PostgresRetry.Action)] {
            var retry = PostgresRetry(patience: .seconds(5))
            let actions = (0..<4).map { _ in action(&retry, deadlock, jobs: jobs) }
            #expect(actions == [.again(after: 0), .again(after: 20), .again(after: 100), last])
        }
    }

    @Test("a lock that somebody holds for long is waited for no longer than callers wait, however many there are")
    func heldLock() {
        let held = PostgresError(code: "55P03", message: "canceling statement due to lock timeout")
        var retry = PostgresRetry(patience: .seconds(5))
        #expect(action(&retry, held, jobs: 9, elapsed: .seconds(2)) == .again(after: 0))
        #expect(action(&retry, held, jobs: 9, elapsed: .seconds(5)) == .refuse(.database("\(held)")))
        // Before any job has used the connection, none of them is the reason.
        let fence = PostgresUnavailable.beforeAnyJob(held)
        let actions = (0..<5).map { _ in action(&retry, fence, jobs: 9) }
        #expect(actions == [50, 100, 200, 400, 800].map { .again(after: $0) })
    }

    @Test("a row that can't be read makes only the job fail that is about it", arguments: ["XX001", "53200"])
    func unreadable(code: String) {
        let damage = PostgresError(code: code, message: "invalid page")
        for (jobs, last) in [(9, .each), (1, .refuse(.database("\(damage)")))] as [(Int, PostgresRetry.Action)] {
            var retry = PostgresRetry(patience: .seconds(5))
            #expect(
                [action(&retry, damage, jobs: jobs), action(&retry, damage, jobs: jobs)] == [.again(after: 50), last]
            )
        }
    }

    @Test("what makes the connection unusable before any job has used it is no reason to try each of them")
    func unusable() {
        let causes: [any Error] = [
            QueueError.newerSchema(path: "x"), QueueError.unsuitableDatabase("x"),
            PostgresError(code: "42P01", message: "x"), PostgresError(code: "28P01", message: "x"),
        ]
        for cause in causes {
            var retry = PostgresRetry(patience: .seconds(5))
            let following = action(&retry, PostgresUnavailable.beforeAnyJob(cause), jobs: 9)
            #expect(following == .refuse(QueueError(postgres: cause)))
        }
        var retry = PostgresRetry(patience: .seconds(5))
        let damage = PostgresUnavailable.beforeAnyJob(PostgresError(code: "XX001", message: "x"))
        let actions = (0..<3).map { _ in action(&retry, damage, jobs: 9) }
        #expect(actions == [.again(after: 50), .again(after: 100), .again(after: 200)])
    }

    @Test("when a statement or a rule fails, each job is tried alone, so that only one of them fails")
    func alone() {
        var retry = PostgresRetry(patience: .seconds(5))
        let wrong = PostgresError(code: "22021", message: "")
        #expect(action(&retry, wrong, jobs: 2) == .each)
        #expect(action(&retry, wrong) == .refuse(.database("\(wrong)")))
        #expect(action(&retry, QueueError.busy(retryAfter: 60), jobs: 2) == .each)
        #expect(action(&retry, QueueError.busy(retryAfter: 60)) == .refuse(.busy(retryAfter: 60)))
    }

    @Test("a right that is missing makes only those jobs fail that need it")
    func rights() {
        var retry = PostgresRetry(patience: .seconds(5))
        let denied = PostgresError(code: "42501", message: "permission denied for table quarantine")
        #expect(action(&retry, denied, jobs: 2) == .each)
        #expect(action(&retry, denied) == .refuse(.unsuitableDatabase("\(denied)")))
    }

    @Test("a full disk, and a server that doesn't let the collector in, are told at once")
    func refusals() {
        var retry = PostgresRetry(patience: .seconds(5))
        #expect(action(&retry, PostgresError(code: "53100", message: ""), jobs: 2) == .refuse(.diskFull))
        let password = PostgresError(code: "28P01", message: "password authentication failed")
        #expect(action(&retry, password) == .refuse(.unsuitableDatabase("\(password)")))
    }
}
