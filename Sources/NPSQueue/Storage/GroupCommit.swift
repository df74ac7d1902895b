import Dispatch
import NPSModel
import Synchronization

/// One caller's part of a transaction.
struct Job: Sendable {
    /// How much of the waiting limit it takes; 0 for work that must get through even when acceptance is held up.
    let weight: Int
    /// About how many bytes it sends to the database.
    var bytes = 0
    /// The ids of responses that it may change, as far as they are known beforehand and stand in no ``plain``.
    var ids: [ResponseID] = []
    /// Whether it writes nothing.
    var isReading = false
    /// Whether it may run again although it may have been committed: it finds done what it did.
    var isRepeatable = false
    /// Whether it is a slice of longer work. A transaction has one of them at most, so that nobody waits for more than
    /// one; what isn't a slice may overtake those that wait.
    var isSlice = false
    /// The same work for an engine that has a faster way in; nil for all but plain acceptances.
    var plain: PlainIntake?
    /// Does the work inside the transaction and returns what to do once that is durable. Called again when the
    /// transaction was rolled back because of another job.
    var run: @Sendable (inout QueueTransaction) throws -> @Sendable () -> Void
    /// Called when the transaction was not committed, or the job not admitted to one.
    let refuse: @Sendable (QueueError) -> Void
}

/// Collects the jobs that arrive while one transaction is being synced, and commits them together in the next, slices
/// of longer work one a transaction.
///
/// All work on the database happens on serial dispatch queues, the lanes; a batch goes to the first that is free. Callers
/// only append to a list under a lock and suspend, so neither an event loop nor the cooperative pool ever waits for it.
final class GroupCommit: Sendable {
    private struct Waiting {
        var jobs: [Job] = []
        /// Of all jobs without a result yet, those in the current transaction included.
        var weight = 0
        /// The lanes that have nothing to do, the next to be used at the end.
        var idle: [Int]
        var isClosed = false

        /// All that waits and fits into one batch, but of the slices only the first, which comes last.
        mutating func takeBatch(_ limit: BatchLimit) -> [Job] {
            var batch: [Job] = []
            var rest: [Job] = []
            var slice: Job?
            var (weight, bytes, isFull) = (0, 0, false)
            for job in jobs {
                if !job.isSlice {
                    weight += job.weight
                    bytes += job.bytes
                    isFull = isFull || (!batch.isEmpty && (weight > limit.weight || bytes > limit.bytes))
                    // Those that come after it wait, too, whatever their size.
                    if isFull { rest.append(job) } else { batch.append(job) }
                } else if slice == nil {
                    slice = job
                } else {
                    rest.append(job)
                }
            }
            if let slice { batch.append(slice) }
            jobs = rest
            return batch
        }
    }

    /// How much goes into one transaction; more than that only in a job that is larger by itself.
    struct BatchLimit: Sendable, Hashable {
        var weight = Int.max
        var bytes = Int.max
    }

    private let lanes: [DispatchQueue]
    private let limit: Int
    private let batchLimit: BatchLimit
    private let metrics: CommitMetrics?
    private let commit: @Sendable ([Job], _ lane: Int) -> Void
    private let waiting: Mutex<Waiting>

    /// - Parameters:
    ///   - lanes: each is serial; at least one.
    ///   - limit: the weight that may be without a result at any time. A job that exceeds it alone is admitted when
    ///     nothing else waits; otherwise it never would be.
    ///   - batchLimit: for each call of `commit`.
    ///   - metrics: what counts the calls of `commit`; nil for nothing.
    ///   - commit: completes or refuses every job before it returns; called on the lane with this index only.
    init(
        on lanes: [DispatchQueue],
        limit: Int,
        batchLimit: BatchLimit = BatchLimit(),
        metrics: CommitMetrics? = nil,
        commit: @escaping @Sendable ([Job], _ lane: Int) -> Void
    ) {
        self.lanes = lanes
        self.limit = limit
        self.batchLimit = batchLimit
        self.metrics = metrics
        self.commit = commit
        waiting = Mutex(Waiting(idle: lanes.indices.reversed()))
    }

    /// The weight that is without a result.
    var uncommitted: Int { waiting.withLock { $0.weight } }

    /// Admits the job or refuses it at once. Jobs are run in the order of their admission, except that slices wait for
    /// their turn.
    func submit(_ job: Job) {
        enum Admission {
            case joined
            case first(lane: Int)
            case refused(QueueError)
        }
        let admission: Admission = waiting.withLock { waiting in
            if waiting.isClosed { return .refused(.closed) }
            let isOver = waiting.weight > 0 && job.weight > 0 && job.weight > limit - waiting.weight
            if isOver { return .refused(.busy(retryAfter: 1)) }
            waiting.jobs.append(job)
            waiting.weight += job.weight
            return waiting.idle.popLast().map { .first(lane: $0) } ?? .joined
        }
        switch admission {
        case .joined: break
        case .first(let lane): lanes[lane].async { self.drain(lane) }
        case .refused(let error): job.refuse(error)
        }
    }

    /// Refuses new jobs, finishes those that were admitted, then calls `last` on the first lane.
    func close(_ last: @escaping @Sendable () -> Void) {
        waiting.withLock { $0.isClosed = true }
        let rest = DispatchGroup()
        for (index, lane) in lanes.enumerated() {
            lane.async(group: rest) {
                while self.commitBatch(index) {}
            }
        }
        rest.notify(queue: lanes[0], execute: last)
    }

    /// Commits one batch at a time, so that other work on the lane (checkpoints) gets its turn in between.
    private func drain(_ lane: Int) {
        if commitBatch(lane) { lanes[lane].async { self.drain(lane) } }
    }

    /// False when nothing was waiting.
    private func commitBatch(_ lane: Int) -> Bool {
        let jobs: [Job] = waiting.withLock { waiting in
            if waiting.jobs.isEmpty { waiting.idle.append(lane) }
            return waiting.takeBatch(batchLimit)
        }
        guard !jobs.isEmpty else { return false }
        let weight = jobs.reduce(0) { $0 + $1.weight }
        let start = ContinuousClock.now
        commit(jobs, lane)
        metrics?.record(weight, since: start)
        waiting.withLock { $0.weight -= weight }
        return true
    }
}
