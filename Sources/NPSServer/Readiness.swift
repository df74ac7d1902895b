package import NPSQueue
import Synchronization

/// Whether a response that came now would be stored: a real write to the queue, made at most once a second however
/// often anybody asks.
package final class Readiness: Sendable {
    private struct State {
        var checked: ContinuousClock.Instant?
        var problem: QueueError?
        var isDraining = false
    }

    private let queue: ResponseQueue
    private let state = Mutex(State())

    package init(queue: ResponseQueue) {
        self.queue = queue
    }

    /// From now on not ready: load balancers look elsewhere while what is in flight ends.
    package func drain() {
        state.withLock { $0.isDraining = true }
    }

    enum Verdict: Equatable {
        case ready
        case draining
        case failing(String)
    }

    func check() async -> Verdict {
        let now = ContinuousClock.now
        let cached: Verdict? = state.withLock { state in
            if state.isDraining { return .draining }
            guard let checked = state.checked, now - checked < .seconds(1) else {
                // Claims the check, so that those who ask meanwhile get the last verdict instead of writing too.
                if state.checked != nil { state.checked = now }
                return nil
            }
            return Self.verdict(state.problem)
        }
        if let cached { return cached }
        let problem = await probe()
        state.withLock { state in
            state.problem = problem
            state.checked = now
        }
        return Self.verdict(problem)
    }

    private func probe() async -> QueueError? {
        do throws(QueueError) {
            try await queue.probe()
            return nil
        } catch {
            return error
        }
    }

    private static func verdict(_ problem: QueueError?) -> Verdict {
        problem.map { .failing($0.description) } ?? .ready
    }
}
