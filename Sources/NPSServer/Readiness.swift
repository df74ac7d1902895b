package import NPSQueue
import Synchronization

/// Whether a response that arrived now would be stored: tried with a real write to the queue, at most once a second
/// however often it is asked.
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

    /// From now on not ready: load balancers send new requests elsewhere while those in flight finish.
    package func drain() {
        state.withLock { $0.isDraining = true }
    }

    /// Why a response that arrived now wouldn't be stored; nil when it would.
    package func problem() async -> String? {
        switch await check() {
        case .ready: nil
        case .draining: "It is stopping."
        case .failing(let sentence): sentence
        }
    }

    enum Status: Equatable {
        case ready
        case draining
        case failing(String)
    }

    func check() async -> Status {
        let now = ContinuousClock.now
        let cached: Status? = state.withLock { state in
            if state.isDraining { return .draining }
            guard let checked = state.checked, now - checked < .seconds(1) else {
                // Claims the check, so that concurrent callers get the last result instead of writing, too.
                if state.checked != nil { state.checked = now }
                return nil
            }
            return Self.status(state.problem)
        }
        if let cached { return cached }
        let problem = await probe()
        state.withLock { state in
            state.problem = problem
            state.checked = now
        }
        return Self.status(problem)
    }

    /// Whether it would be stored, as far as can be told without writing: by the room that is on the disk, by whether the
    /// queue could be read, and by how the last write of what came in ended.
    ///
    /// - Parameters:
    ///   - figures: nil when they are late.
    ///   - disk: nil when nothing is known of it.
    func isLikely(by figures: QueueFigures?, disk: StorageFigures.Disk?) -> Bool {
        guard figures?.status != nil, queue.lastWriteProblem == nil else { return false }
        if let disk, disk.free < disk.reserve { return false }
        return !state.withLock { $0.isDraining }
    }

    private func probe() async -> QueueError? {
        do throws(QueueError) {
            try await queue.probe()
            return nil
        } catch {
            return error
        }
    }

    private static func status(_ problem: QueueError?) -> Status {
        problem.map { .failing($0.description) } ?? .ready
    }
}
