import NPSQueue
import Synchronization
import Testing

@testable import NPSServer

@Suite("Readiness")
struct ReadinessTests {
    /// Writes that end when a test says so.
    private final class Gate: Sendable {
        private let (ends, end) = AsyncStream.makeStream(of: QueueError?.self)
        let begun = Mutex(0)

        func end(_ problem: QueueError?) { end.yield(problem) }

        func write() async -> QueueError? {
            begun.withLock { $0 += 1 }
            for await problem in ends { return problem }
            return nil
        }
    }

    private static let slow = QueueError.database("it is slow")

    private func readiness(_ gate: Gate, patience: Duration) -> Readiness {
        Readiness(patience: patience, overdue: { Self.slow }, probe: { await gate.write() })
    }

    @Test("a write that takes too long is told as failing, and nobody begins another one meanwhile")
    func late() async {
        let gate = Gate()
        let readiness = readiness(gate, patience: .milliseconds(10))
        for _ in 0..<3 { #expect(await readiness.check() == .failing(Self.slow.description)) }
        #expect(gate.begun.withLock { $0 } <= 1)
        gate.end(nil)
    }

    @Test("what a write that ends in time has found is told, until the collector is about to stop")
    func inTime() async {
        let gate = Gate()
        let readiness = readiness(gate, patience: .seconds(3_600))
        // On a slow machine, each of them may be a second later than the one before, and write again.
        for _ in 0..<3 { gate.end(.diskFull) }
        for _ in 0..<3 { #expect(await readiness.check() == .failing(QueueError.diskFull.description)) }
        readiness.drain()
        #expect(await readiness.check() == .draining)
    }
}
