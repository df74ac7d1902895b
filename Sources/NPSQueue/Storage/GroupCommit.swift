import Dispatch
import Synchronization

/// One caller's part of a transaction.
struct Job: Sendable {
    /// How much of the waiting limit it takes; 0 for work that must get through even when acceptance is held up.
    let weight: Int
    /// Whether it is a slice of longer work. A transaction has one of them at most, so that nobody waits for more than
    /// one; what isn't a slice may overtake those that wait.
    var isSlice = false
    /// Does the work inside the transaction and returns what to do once that is durable. Called again when the
    /// transaction was rolled back because of another job.
    let run: @Sendable (inout QueueTransaction) throws -> @Sendable () -> Void
    /// Called when the transaction was not committed, or the job not admitted to one.
    let refuse: @Sendable (QueueError) -> Void
}

/// Collects the jobs that arrive while one transaction is being synced, and commits them together in the next, slices
/// of longer work one a transaction.
///
/// While many arrive, a batch that has fewer than the last one waits a moment for the rest (`breath`), since each
/// transaction costs a flush and some fixed work. A lone job never waits.
///
/// All disk work happens on one serial dispatch queue. Callers only append to a list under a lock and suspend, so
/// neither an event loop nor the cooperative pool ever waits for the disk.
final class GroupCommit: Sendable {
    private struct Waiting {
        var jobs: [Job] = []
        /// Of the jobs that wait, how many nobody may hold up: those that settle, read or administrate.
        var urgent = 0
        /// How many of the others are worth a transaction; while somebody waits for them, else nil.
        var wanted: Int?
        /// Of all jobs without a result yet, those in the current transaction included.
        var weight = 0
        var isDraining = false
        var isClosed = false

        /// All that waits, but of the slices only the first, which comes last.
        mutating func takeBatch() -> [Job] {
            var batch: [Job] = []
            var rest: [Job] = []
            var slice: Job?
            for job in jobs {
                if !job.isSlice {
                    batch.append(job)
                } else if slice == nil {
                    slice = job
                } else {
                    rest.append(job)
                }
            }
            if let slice { batch.append(slice) }
            jobs = rest
            urgent = rest.count { $0.weight == 0 }
            return batch
        }

        /// Whether the next batch is worth a transaction: it is as large as wanted, or somebody is in it who must not wait.
        func isComplete(wanted: Int) -> Bool {
            urgent > 0 || isClosed || jobs.count >= wanted
        }
    }

    private let dispatch: DispatchQueue
    private let limit: Int
    private let breath: Duration
    private let commit: @Sendable ([Job]) -> Void
    private let waiting = Mutex(Waiting())
    /// Signalled once for each ``Waiting/wanted`` that is reached.
    private let completion = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - limit: the weight that may be without a result at any time. A job that exceeds it alone is admitted when
    ///     nothing else waits; otherwise it never would be.
    ///   - breath: how long a batch waits at most until it is as large as the last one; zero for never.
    ///   - commit: completes or refuses every job before it returns; called on `dispatch` only.
    init(
        on dispatch: DispatchQueue,
        limit: Int,
        breath: Duration = .zero,
        commit: @escaping @Sendable ([Job]) -> Void
    ) {
        self.dispatch = dispatch
        self.limit = limit
        self.breath = breath
        self.commit = commit
    }

    /// Admits the job or refuses it at once. Jobs are run in the order of their admission, except that slices wait for
    /// their turn.
    func submit(_ job: Job) {
        enum Admission {
            case joined
            case first
            case refused(QueueError)
            case completing
        }
        let admission: Admission = waiting.withLock { waiting in
            if waiting.isClosed { return .refused(.closed) }
            let isOver = waiting.weight > 0 && job.weight > 0 && job.weight > limit - waiting.weight
            if isOver { return .refused(.busy(retryAfter: 1)) }
            waiting.jobs.append(job)
            waiting.weight += job.weight
            if job.weight == 0 { waiting.urgent += 1 }
            if let wanted = waiting.wanted, waiting.isComplete(wanted: wanted) {
                waiting.wanted = nil
                return .completing
            }
            if waiting.isDraining { return .joined }
            waiting.isDraining = true
            return .first
        }
        switch admission {
        case .joined: break
        case .first: dispatch.async { self.drain() }
        case .refused(let error): job.refuse(error)
        case .completing: completion.signal()
        }
    }

    /// Refuses new jobs, finishes those that were admitted, then calls `last` on the dispatch queue.
    func close(_ last: @escaping @Sendable () -> Void) {
        let isAwaited = waiting.withLock { waiting in
            waiting.isClosed = true
            defer { waiting.wanted = nil }
            return waiting.wanted != nil
        }
        if isAwaited { completion.signal() }
        dispatch.async {
            while self.commitBatch() > 0 {}
            last()
        }
    }

    /// Commits one batch at a time, so that other work on the dispatch queue (checkpoints) gets its turn in between.
    ///
    /// - Parameter last: how many jobs the last batch had; 0 for none.
    private func drain(after last: Int = 0) {
        if last > 1 { gather(last) }
        let count = commitBatch()
        if count > 0 { dispatch.async { self.drain(after: count) } }
    }

    /// Waits for so many jobs, for a breath at most; not when none is there.
    private func gather(_ wanted: Int) {
        let isAwaited = waiting.withLock { waiting in
            guard breath > .zero, !waiting.jobs.isEmpty, !waiting.isComplete(wanted: wanted) else { return false }
            waiting.wanted = wanted
            return true
        }
        guard isAwaited else { return }
        let nanoseconds = Int(breath / .nanoseconds(1))
        guard completion.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .timedOut else { return }
        let isStillAwaited = waiting.withLock { waiting in
            defer { waiting.wanted = nil }
            return waiting.wanted != nil
        }
        // Completed just after the breath was over: takes the signal back.
        if !isStillAwaited { completion.wait() }
    }

    /// Returns how many jobs there were.
    private func commitBatch() -> Int {
        let jobs: [Job] = waiting.withLock { waiting in
            waiting.isDraining = !waiting.jobs.isEmpty
            return waiting.takeBatch()
        }
        guard !jobs.isEmpty else { return 0 }
        let weight = jobs.reduce(0) { $0 + $1.weight }
        commit(jobs)
        waiting.withLock { $0.weight -= weight }
        return jobs.count
    }
}
