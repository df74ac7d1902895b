import Dispatch
import Synchronization
import Testing

@testable import NPSQueue

@Suite("Group commit")
struct GroupCommitTests {
    /// Commits batches one at a time, each only when the test allows it, and refuses their jobs.
    private final class GatedCommit: Sendable {
        let batches = Mutex<[[Int]]>([])
        let refusals = Mutex<[String]>([])
        let entered = DispatchSemaphore(value: 0)
        let allowed = DispatchSemaphore(value: 0)
        let refused = DispatchSemaphore(value: 0)

        func makeGroup(
            limit: Int,
            lanes: Int = 1,
            batchLimit: GroupCommit.BatchLimit = GroupCommit.BatchLimit(),
            patience: Duration? = nil
        ) -> GroupCommit {
            let lanes = (0..<lanes).map { DispatchQueue(label: "test \($0)") }
            let patience = patience.map { duration in
                GroupCommit.Patience(duration: duration) { .database("it is slow") }
            }
            return GroupCommit(on: lanes, limit: limit, batchLimit: batchLimit, patience: patience) { jobs, _ in
                self.entered.signal()
                self.allowed.wait()
                self.batches.withLock { $0.append(jobs.map(\.weight)) }
                for job in jobs { job.refuse(.diskFull) }
            }
        }

        func job(_ weight: Int, isSlice: Bool = false) -> Job {
            Job(
                weight: weight,
                isSlice: isSlice,
                run: { _ in {} },
                refuse: { error in
                    self.refusals.withLock { $0.append("\(weight) \(error)") }
                    self.refused.signal()
                }
            )
        }
    }

    @Test("jobs that arrive during a transaction form the next one, in order")
    func gathering() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 100)
        group.submit(gate.job(1))
        gate.entered.wait()
        for weight in 2...9 { group.submit(gate.job(weight)) }
        gate.allowed.signal()
        gate.entered.wait()
        #expect(gate.refusals.withLock { $0.count } == 1)
        gate.allowed.signal()
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[1], Array(2...9)])
        #expect(gate.refusals.withLock { $0.count } == 9)
    }

    @Test("a batch ends where it would be too large, by weight or by bytes, and a job that is larger goes alone")
    func batchLimit() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 1_000, batchLimit: GroupCommit.BatchLimit(weight: 10, bytes: 100))
        group.submit(gate.job(1))
        gate.entered.wait()
        for weight in [4, 6, 1, 20, 2, 0] { group.submit(gate.job(weight)) }
        var large = gate.job(3)
        large.bytes = 90
        for _ in 0..<2 { group.submit(large) }
        for _ in 0..<6 { gate.allowed.signal() }
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[1], [4, 6], [1], [20], [2, 0, 3], [3]])
    }

    @Test("two lanes commit two batches at the same time, and what comes meanwhile goes to the first that is free")
    func lanes() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 100, lanes: 2)
        group.submit(gate.job(1))
        gate.entered.wait()
        group.submit(gate.job(2))
        gate.entered.wait()
        for weight in 3...5 { group.submit(gate.job(weight)) }
        gate.allowed.signal()
        gate.entered.wait()
        gate.allowed.signal()
        gate.allowed.signal()
        finish(group)
        let batches = gate.batches.withLock { $0.sorted { $0[0] < $1[0] } }
        #expect(batches == [[1], [2], [3, 4, 5]])
        #expect(gate.refusals.withLock { $0.count } == 5)
    }

    @Test("slices of longer work get a transaction each, with whatever else waits")
    func slices() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 100)
        group.submit(gate.job(1))
        gate.entered.wait()
        for weight in 2...4 { group.submit(gate.job(weight, isSlice: true)) }
        for weight in 5...6 { group.submit(gate.job(weight)) }
        for _ in 1...4 { gate.allowed.signal() }
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[1], [5, 6, 2], [3], [4]])
        #expect(gate.refusals.withLock { $0.count } == 6)
    }

    @Test("above the limit, the current transaction included, jobs are refused at once, except those without weight")
    func limit() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 10)
        group.submit(gate.job(6))
        gate.entered.wait()
        group.submit(gate.job(4))
        group.submit(gate.job(1))
        group.submit(gate.job(0))
        #expect(gate.refusals.withLock { $0 } == ["1 \(QueueError.busy(retryAfter: 1))"])
        gate.allowed.signal()
        gate.entered.wait()
        gate.allowed.signal()
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[6], [4, 0]])
    }

    @Test("a job that exceeds the limit alone is admitted when nothing waits")
    func single() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 10)
        group.submit(gate.job(11))
        gate.entered.wait()
        group.submit(gate.job(1))
        gate.allowed.signal()
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[11]])
    }

    @Test("closing finishes the admitted jobs and refuses new ones")
    func closing() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 10)
        group.submit(gate.job(1))
        gate.entered.wait()
        group.submit(gate.job(2))
        let closed = DispatchSemaphore(value: 0)
        group.close { closed.signal() }
        group.submit(gate.job(3))
        #expect(gate.refusals.withLock { $0 } == ["3 \(QueueError.closed)"])
        gate.allowed.signal()
        gate.allowed.signal()
        closed.wait()
        #expect(gate.batches.withLock { $0 } == [[1], [2]])
    }

    @Test("a job that gets no turn in time is refused while another one still runs, and its room is free again")
    func patience() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 10, patience: .milliseconds(20))
        // However long it takes until its turn comes.
        var first = gate.job(1)
        first.submittedAt += .seconds(3_600)
        group.submit(first)
        gate.entered.wait()
        var slice = gate.job(2, isSlice: true)
        slice.submittedAt += .seconds(3_600)
        group.submit(slice)
        group.submit(gate.job(7))
        gate.refused.wait()
        #expect(gate.refusals.withLock { $0 } == ["7 \(QueueError.database("it is slow"))"])
        var young = gate.job(7)
        young.submittedAt += .seconds(3_600)
        group.submit(young)
        gate.allowed.signal()
        gate.allowed.signal()
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[1], [7, 2]])
    }

    private func finish(_ group: GroupCommit) {
        let closed = DispatchSemaphore(value: 0)
        group.close { closed.signal() }
        closed.wait()
    }
}
