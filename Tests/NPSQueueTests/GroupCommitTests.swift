import Dispatch
import Synchronization
import Testing

@testable import NPSQueue

@Suite("Group commit")
struct GroupCommitTests {
    /// Commits batches one at a time, each only when the test allows it.
    private final class Desk: Sendable {
        let batches = Mutex<[[Int]]>([])
        let answers = Mutex<[String]>([])
        let entered = DispatchSemaphore(value: 0)
        let allowed = DispatchSemaphore(value: 0)

        func makeGroup(limit: Int) -> GroupCommit {
            GroupCommit(on: DispatchQueue(label: "test"), limit: limit) { jobs in
                self.entered.signal()
                self.allowed.wait()
                self.batches.withLock { $0.append(jobs.map(\.weight)) }
                for job in jobs { job.refuse(.diskFull) }
            }
        }

        func job(_ weight: Int) -> Job {
            Job(
                weight: weight,
                run: { _ in {} },
                refuse: { error in self.answers.withLock { $0.append("\(weight) \(error)") } }
            )
        }
    }

    @Test("what arrives during a transaction forms the next one, in order")
    func gathering() {
        let desk = Desk()
        let group = desk.makeGroup(limit: 100)
        group.submit(desk.job(1))
        desk.entered.wait()
        for weight in 2...9 { group.submit(desk.job(weight)) }
        desk.allowed.signal()
        desk.entered.wait()
        #expect(desk.answers.withLock { $0.count } == 1)
        desk.allowed.signal()
        finish(group)
        #expect(desk.batches.withLock { $0 } == [[1], Array(2...9)])
        #expect(desk.answers.withLock { $0.count } == 9)
    }

    @Test("above the limit it refuses at once, counting what is in the transaction; weightless jobs get through")
    func limit() {
        let desk = Desk()
        let group = desk.makeGroup(limit: 10)
        group.submit(desk.job(6))
        desk.entered.wait()
        group.submit(desk.job(4))
        group.submit(desk.job(1))
        group.submit(desk.job(0))
        #expect(desk.answers.withLock { $0 } == ["1 \(QueueError.busy(retryAfter: 1))"])
        desk.allowed.signal()
        desk.entered.wait()
        desk.allowed.signal()
        finish(group)
        #expect(desk.batches.withLock { $0 } == [[6], [4, 0]])
    }

    @Test("admits one call above the limit when nothing waits, or it never would be")
    func single() {
        let desk = Desk()
        let group = desk.makeGroup(limit: 10)
        group.submit(desk.job(11))
        desk.entered.wait()
        group.submit(desk.job(1))
        desk.allowed.signal()
        finish(group)
        #expect(desk.batches.withLock { $0 } == [[11]])
    }

    @Test("closing finishes what was admitted and refuses the rest")
    func closing() {
        let desk = Desk()
        let group = desk.makeGroup(limit: 10)
        group.submit(desk.job(1))
        desk.entered.wait()
        group.submit(desk.job(2))
        let closed = DispatchSemaphore(value: 0)
        group.close { closed.signal() }
        group.submit(desk.job(3))
        #expect(desk.answers.withLock { $0 } == ["3 \(QueueError.closed)"])
        desk.allowed.signal()
        desk.allowed.signal()
        closed.wait()
        #expect(desk.batches.withLock { $0 } == [[1], [2]])
    }

    private func finish(_ group: GroupCommit) {
        let closed = DispatchSemaphore(value: 0)
        group.close { closed.signal() }
        closed.wait()
    }
}
