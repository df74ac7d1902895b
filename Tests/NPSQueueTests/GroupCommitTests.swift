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

        func makeGroup(limit: Int, breath: Duration = .zero) -> GroupCommit {
            GroupCommit(on: DispatchQueue(label: "test"), limit: limit, breath: breath) { jobs in
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
                refuse: { error in self.refusals.withLock { $0.append("\(weight) \(error)") } }
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

    /// Longer than any test runs.
    private static let forever = Duration.seconds(86_400)

    /// Commits a batch of three, with another job waiting.
    private func startBreathing(_ gate: GatedCommit, _ group: GroupCommit) {
        group.submit(gate.job(1))
        gate.entered.wait()
        for weight in 2...4 { group.submit(gate.job(weight)) }
        gate.allowed.signal()
        gate.entered.wait()
        group.submit(gate.job(5))
        gate.allowed.signal()
    }

    @Test("a batch waits for as many jobs as the last one had")
    func breathing() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 100, breath: Self.forever)
        startBreathing(gate, group)
        for weight in 6...7 { group.submit(gate.job(weight)) }
        gate.entered.wait()
        gate.allowed.signal()
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[1], [2, 3, 4], [5, 6, 7]])
    }

    @Test("a job that settles or reads ends the wait, and so does closing", arguments: [0, nil])
    func urgent(weight: Int?) {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 100, breath: Self.forever)
        startBreathing(gate, group)
        gate.allowed.signal()
        if let weight {
            group.submit(gate.job(weight))
            gate.entered.wait()
        }
        finish(group)
        #expect(gate.batches.withLock { $0 } == [[1], [2, 3, 4], weight.map { [5, $0] } ?? [5]])
    }

    @Test("nobody waits for longer than a breath, and a lone job not at all")
    func lone() {
        let gate = GatedCommit()
        let group = gate.makeGroup(limit: 100, breath: .nanoseconds(1))
        startBreathing(gate, group)
        gate.entered.wait()
        gate.allowed.signal()
        finish(group)
        let patient = GatedCommit()
        let waiting = patient.makeGroup(limit: 100, breath: Self.forever)
        for weight in 1...3 {
            waiting.submit(patient.job(weight))
            patient.entered.wait()
            patient.allowed.signal()
        }
        finish(waiting)
        #expect(gate.batches.withLock { $0 } == [[1], [2, 3, 4], [5]])
        #expect(patient.batches.withLock { $0 } == [[1], [2], [3]])
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

    private func finish(_ group: GroupCommit) {
        let closed = DispatchSemaphore(value: 0)
        group.close { closed.signal() }
        closed.wait()
    }
}
