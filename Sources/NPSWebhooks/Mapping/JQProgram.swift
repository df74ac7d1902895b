import Dispatch
import NPSModel
import Synchronization

/// A compiled jq program with a few interpreters, each on a serial Dispatch queue of its own: a libjq state may not be
/// used by two threads at once, and a slow program must hold up neither an event loop nor the cooperative pool.
///
/// Each interpreter takes about 130 KiB and 15 ms to make.
final class JQProgram: Sendable {
    private struct Worker: Sendable {
        let queue: DispatchQueue
        let interpreter: JQInterpreter
    }

    private struct ResponseLifecycle {
        /// By worker: runs that wait for it or that it is at.
        var loads: [Int]
        var isWatched = false
    }

    private let workers: [Worker]
    private let lifecycle: Mutex<ResponseLifecycle>
    private let timeLimit: Duration

    /// - Parameters:
    ///   - timeLimit: a run that takes more processor time is stopped; it is looked after each time as long has passed
    ///     on the clock. A single instruction, such as a regular expression, is not interrupted.
    init(_ text: String, workers count: Int = 2, timeLimit: Duration = .seconds(1)) throws(JQSyntaxError) {
        var workers: [Worker] = []
        for number in 0..<max(1, count) {
            let queue = DispatchQueue(label: "nps.webhooks.jq.\(number)")
            workers.append(Worker(queue: queue, interpreter: try JQInterpreter(text)))
        }
        self.workers = workers
        self.timeLimit = timeLimit
        lifecycle = Mutex(ResponseLifecycle(loads: workers.map { _ in 0 }))
    }

    /// The program's outputs for one JSON text.
    func run(_ input: [UInt8], limit: Int = Mapping.itemLimit) async -> Result<[JSONValue], JQFailure> {
        await withCheckedContinuation { continuation in
            guard let (index, mustWatch) = begin() else { return continuation.resume(returning: .failure(.busy)) }
            if mustWatch { watch() }
            let worker = workers[index]
            worker.queue.async {
                let result = worker.interpreter.run(input, limit: limit)
                self.lifecycle.withLock { $0.loads[index] -= 1 }
                continuation.resume(returning: result)
            }
        }
    }

    /// Runs that wait for one worker at most: seconds of work for an honest program.
    private static let waitingLimit = 1_000

    /// Takes the worker with the least to do; nil when all have too much.
    private func begin() -> (worker: Int, mustWatch: Bool)? {
        lifecycle.withLock { lifecycle in
            let index = lifecycle.loads.indices.min { lifecycle.loads[$0] < lifecycle.loads[$1] } ?? 0
            guard lifecycle.loads[index] < Self.waitingLimit else { return nil }
            lifecycle.loads[index] += 1
            defer { lifecycle.isWatched = true }
            return (index, !lifecycle.isWatched)
        }
    }

    /// Stops each run that has taken more processor time than this; false when none was going on.
    @discardableResult
    func stopRuns(after limit: Duration) -> Bool {
        workers.reduce(false) { $1.interpreter.interrupt(after: limit) || $0 }
    }

    /// Looks after `timeLimit`, and again for as long as there is something to look after.
    private func watch() {
        let (seconds, attoseconds) = timeLimit.components
        let delay = Double(seconds) + Double(attoseconds) / 1e18
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [weak self] in
            guard let self else { return }
            stopRuns(after: timeLimit)
            let isBusy = lifecycle.withLock { lifecycle in
                lifecycle.isWatched = lifecycle.loads.contains { $0 > 0 }
                return lifecycle.isWatched
            }
            if isBusy { watch() }
        }
    }
}
