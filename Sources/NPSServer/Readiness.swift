package import NPSQueue
import Synchronization

/// Whether a response that arrived now would be stored: tried with a real write to the queue, at most once a second
/// however often it is asked.
package final class Readiness: Sendable {
    private struct State {
        var checked: ContinuousClock.Instant?
        var problem: QueueError?
        var isDraining = false
        /// Nil when none is under way.
        var probe: Probe?
    }

    private struct Probe {
        let task: Task<QueueError?, Never>
        let end: ContinuousClock.Instant
    }

    private let probe: @Sendable () async -> QueueError?
    private let overdue: @Sendable () -> QueueError
    private let patience: Duration
    /// That the certificate in use has expired, in a sentence; nil when it hasn't, and where there is none. Responses are
    /// stored then, but hardly any client sends one.
    let expired: @Sendable () -> String?
    private let state = Mutex(State())

    /// - Parameter expired: a sentence about the certificate in use when it has expired.
    package convenience init(queue: ResponseQueue, expired: @escaping @Sendable () -> String? = { nil }) {
        self.init(overdue: { queue.overdue }, expired: expired) {
            do throws(QueueError) {
                try await queue.probe()
                return nil
            } catch {
                return error
            }
        }
    }

    /// - Parameters:
    ///   - patience: how long a write may take. Whoever asks then is told that it takes too long, and it goes on. Probes and
    ///     health checks are commonly given five seconds.
    ///   - overdue: why, as far as is known.
    ///   - expired: a sentence about the certificate in use when it has expired.
    ///   - probe: the write; nil when it was done.
    init(
        patience: Duration = .seconds(3),
        overdue: @escaping @Sendable () -> QueueError,
        expired: @escaping @Sendable () -> String? = { nil },
        probe: @escaping @Sendable () async -> QueueError?
    ) {
        (self.probe, self.overdue, self.expired, self.patience) = (probe, overdue, expired, patience)
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

    private enum Step {
        case known(Status)
        case wait(Probe)
    }

    /// Whether it would be stored, as far as can be told without writing: by the room that is on the disk, by whether the
    /// queue could be read, and by how the last write of what came in ended.
    ///
    /// - Parameters:
    ///   - figures: nil when they are late.
    ///   - disk: nil when nothing is known of it.
    ///   - problem: of the last write; nil for none.
    package func isLikely(by figures: QueueFigures?, disk: StorageFigures.Disk?, after problem: QueueError?) -> Bool {
        guard figures?.status != nil, problem == nil else { return false }
        if let disk, disk.free < disk.reserve { return false }
        return !state.withLock { $0.isDraining }
    }

    func check() async -> Status {
        let now = ContinuousClock.now
        switch state.withLock({ state in step(&state, at: now) }) {
        case .known(let status): return status
        case .wait(let probe):
            let problem = await answer(within: max(.zero, probe.end - now)) { await probe.task.value }
            return Self.status(problem ?? late())
        }
    }

    private func step(_ state: inout State, at now: ContinuousClock.Instant) -> Step {
        if state.isDraining { return .known(.draining) }
        let isFresh = state.checked.map { now - $0 < .seconds(1) } ?? false
        // While the next write is under way, the last one's failure still holds.
        if isFresh || state.probe != nil && state.problem != nil { return .known(Self.status(state.problem)) }
        if let probe = state.probe { return .wait(probe) }
        // Claims the check, so that concurrent callers get the last result instead of writing, too.
        if state.checked != nil { state.checked = now }
        let probe = Probe(task: Task { await self.write() }, end: now + patience)
        state.probe = probe
        return .wait(probe)
    }

    private func write() async -> QueueError? {
        let problem = await probe()
        state.withLock { state in
            (state.problem, state.checked, state.probe) = (problem, .now, nil)
        }
        return problem
    }

    private func late() -> QueueError {
        let problem = overdue()
        state.withLock { state in
            // It may have ended just now.
            if state.probe != nil { (state.problem, state.checked) = (problem, .now) }
        }
        return problem
    }

    private static func status(_ problem: QueueError?) -> Status {
        problem.map { .failing($0.description) } ?? .ready
    }
}
