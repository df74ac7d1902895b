import Dispatch
import Synchronization

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
        /// Whether somebody will look for jobs that have waited for too long.
        var isWatched = false

        /// Takes out the jobs that wait longer than they may at that time.
        mutating func takeOverdue(_ patience: Patience, at now: ContinuousClock.Instant) -> [Job] {
            let overdue = jobs.filter { patience.end(for: $0) <= now }
            guard !overdue.isEmpty else { return [] }
            jobs.removeAll { patience.end(for: $0) <= now }
            weight -= overdue.reduce(0) { $0 + $1.weight }
            return overdue
        }

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

    /// How long jobs wait for their turn, where what is before them may take long.
    struct Patience: Sendable {
        /// From the submission on. A slice, before which others of the same work may be, gets twice as long.
        let duration: Duration
        /// What is told to those that have waited for longer.
        let refusal: @Sendable () -> QueueError

        func end(for job: Job) -> ContinuousClock.Instant {
            job.submittedAt + (job.isSlice ? duration * 2 : duration)
        }
    }

    private let lanes: [DispatchQueue]
    private let limit: Int
    private let batchLimit: BatchLimit
    private let metrics: CommitMetrics?
    private let patience: Patience?
    private let commit: @Sendable ([Job], _ lane: Int) -> Void
    private let waiting: Mutex<Waiting>

    /// - Parameters:
    ///   - lanes: each is serial; at least one.
    ///   - limit: the weight that may be without a result at any time. A job that exceeds it alone is admitted when
    ///     nothing else waits; otherwise it never would be.
    ///   - batchLimit: for each call of `commit`.
    ///   - metrics: what counts the calls of `commit`; nil for nothing.
    ///   - patience: after which a job that hasn't got its turn is refused; nil where it waits for as long as that takes.
    ///   - commit: completes or refuses every job before it returns; called on the lane with this index only.
    init(
        on lanes: [DispatchQueue],
        limit: Int,
        batchLimit: BatchLimit = BatchLimit(),
        metrics: CommitMetrics? = nil,
        patience: Patience? = nil,
        commit: @escaping @Sendable ([Job], _ lane: Int) -> Void
    ) {
        self.lanes = lanes
        self.limit = limit
        self.batchLimit = batchLimit
        self.metrics = metrics
        self.patience = patience
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
        let (admission, watches): (Admission, Bool) = waiting.withLock { waiting in
            if waiting.isClosed { return (.refused(.closed), false) }
            let isOver = waiting.weight > 0 && job.weight > 0 && job.weight > limit - waiting.weight
            if isOver { return (.refused(.busy(retryAfter: 1)), false) }
            waiting.jobs.append(job)
            waiting.weight += job.weight
            let watches = patience != nil && !waiting.isWatched
            waiting.isWatched = waiting.isWatched || watches
            return (waiting.idle.popLast().map { .first(lane: $0) } ?? .joined, watches)
        }
        if watches { watch(from: job) }
        switch admission {
        case .joined: break
        case .first(let lane): lanes[lane].async { self.drain(lane) }
        case .refused(let error): job.refuse(error)
        }
    }

    /// Refuses what waits for too long, from the time on at which this job does, and for as long as anything waits.
    private func watch(from job: Job) {
        guard let patience else { return }
        // On no lane: those may be what everybody waits for.
        let pause = min(max(.zero, patience.end(for: job) - .now), patience.duration)
        DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + pause / .seconds(1)) { [weak self] in
            guard let self else { return }
            let (overdue, next) = waiting.withLock { waiting in
                let overdue = waiting.takeOverdue(patience, at: .now)
                let next = waiting.jobs.min { patience.end(for: $0) < patience.end(for: $1) }
                waiting.isWatched = next != nil
                return (overdue, next)
            }
            for job in overdue { job.refuse(patience.refusal()) }
            if let next { watch(from: next) }
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
