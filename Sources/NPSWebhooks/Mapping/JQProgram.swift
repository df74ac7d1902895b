import Dispatch
import NPSModel
import Synchronization

/// A compiled jq program with a few interpreters, each on a serial Dispatch queue of its own: two threads must not use a
/// libjq state at the same time, and a slow program must block neither an event loop nor the cooperative pool.
///
/// Each interpreter takes about 130 KiB of memory and 15 ms to create.
final class JQProgram: Sendable {
    private struct Worker: Sendable {
        let queue: DispatchQueue
        let interpreter: JQInterpreter
    }

    private struct Schedule {
        /// For each worker, the number of its runs that are waiting or running.
        var loads: [Int]
        /// Whether ``watch()`` is going to check for slow runs.
        var isWatched = false
    }

    private let workers: [Worker]
    private let schedule: Mutex<Schedule>
    private let timeLimit: Duration
    private let memoryLimit: Int

    /// - Parameters:
    ///   - workers: the number of interpreters.
    ///   - timeLimit: a run that takes more processor time is stopped. A single instruction, such as the search for a
    ///     regular expression, isn't interrupted.
    ///   - memoryLimit: bytes; a slow run during which the process grows by more is stopped.
    init(
        _ text: String,
        workers count: Int = 2,
        timeLimit: Duration = .seconds(1),
        memoryLimit: Int = 128 << 20
    ) throws(JQSyntaxError) {
        var workers: [Worker] = []
        for number in 0..<max(1, count) {
            let queue = DispatchQueue(label: "nps.webhooks.jq.\(number)")
            workers.append(Worker(queue: queue, interpreter: try JQInterpreter(text)))
        }
        self.workers = workers
        self.timeLimit = timeLimit
        self.memoryLimit = memoryLimit
        schedule = Mutex(Schedule(loads: workers.map { _ in 0 }))
    }

    /// The program's outputs for one JSON text.
    func run(_ input: [UInt8], limit: Int = Mapping.itemLimit) async -> Result<[JSONValue], JQFailure> {
        await withCheckedContinuation { continuation in
            guard let (index, mustWatch) = begin() else { return continuation.resume(returning: .failure(.busy)) }
            if mustWatch { watch() }
            let worker = workers[index]
            worker.queue.async {
                let result = worker.interpreter.run(input, limit: limit)
                self.schedule.withLock { $0.loads[index] -= 1 }
                continuation.resume(returning: result)
            }
        }
    }

    /// The most runs of one worker, waiting ones included: seconds of work for an ordinary program.
    private static let waitingLimit = 1_000

    /// Reserves the worker with the fewest runs; nil when all have too many.
    private func begin() -> (worker: Int, mustWatch: Bool)? {
        schedule.withLock { schedule in
            let index = schedule.loads.indices.min { schedule.loads[$0] < schedule.loads[$1] } ?? 0
            guard schedule.loads[index] < Self.waitingLimit else { return nil }
            schedule.loads[index] += 1
            defer { schedule.isWatched = true }
            return (index, !schedule.isWatched)
        }
    }

    /// Stops each run that has taken more processor time than this, or too much memory; false when there was none.
    @discardableResult
    func stopRuns(after limit: Duration) -> Bool {
        workers.reduce(false) { $1.interpreter.interrupt(after: limit, memoryLimit: memoryLimit) || $0 }
    }

    /// How long a run may go on unseen: at some 500 MB a second, which libjq fills, 10 MB.
    private static let watchInterval = DispatchTimeInterval.milliseconds(20)

    /// Checks for slow runs after ``watchInterval``, and again as long as there are runs.
    private func watch() {
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.watchInterval) { [weak self] in
            guard let self else { return }
            stopRuns(after: timeLimit)
            let isBusy = schedule.withLock { schedule in
                schedule.isWatched = schedule.loads.contains { $0 > 0 }
                return schedule.isWatched
            }
            if isBusy { watch() }
        }
    }
}
