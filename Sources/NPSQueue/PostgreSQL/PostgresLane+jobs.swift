import Foundation
import Logging
import Synchronization

/// Batches of jobs, and what follows when one fails.
extension PostgresLane {
    /// Completes or refuses every job before it returns. A job that fails by itself doesn't make the others fail.
    func commit(_ jobs: [Job]) {
        var jobs = jobs
        var retry = PostgresRetry(patience: terms.patience)
        while true {
            do {
                let done = try state.withLock { state in try transact(jobs, &state) }
                terms.trouble.end()
                for completion in done.completions { completion() }
                if done.leavesDue { terms.onDue() }
                return
            } catch {
                if state.withLock(\.isCommitting) {
                    // Nobody knows whether it took effect. Callers that repeat it themselves find out.
                    refuse(jobs.filter { !$0.isRepeatable }, QueueError(postgres: error))
                    jobs = jobs.filter(\.isRepeatable)
                    if jobs.isEmpty { return }
                }
                jobs = next(after: error, jobs, &retry) { jobs in commit(jobs) }
                if jobs.isEmpty { return }
            }
        }
    }

    /// Does what follows from a failure, and returns what is to be tried again at once; nothing when all have their result.
    ///
    /// A job whose patience has ended isn't tried again when that may take long: every try may last as long as a statement
    /// may, and others wait.
    ///
    /// - Parameter alone: for each job, when one of them made the others fail.
    func next(
        after error: any Error,
        _ jobs: [Job],
        _ retry: inout PostgresRetry,
        alone: ([Job]) -> Void
    ) -> [Job] {
        let reason = QueueError(postgres: error)
        terms.trouble.note(reason)
        let youngest = jobs.map(\.submittedAt).max() ?? .now
        switch retry.action(after: error, jobs: jobs.count, elapsed: .now - youngest) {
        case .again(let pause):
            wait(pause)
            let now = ContinuousClock.now
            refuse(jobs.filter { isOverdue($0, at: now) }, reason)
            return jobs.filter { !isOverdue($0, at: now) }
        case .each:
            for job in jobs {
                if PostgresRetry.mayTakeLong(after: error), isOverdue(job, at: .now) {
                    refuse([job], reason)
                } else {
                    alone([job])
                }
            }
        case .refuse(let error): refuse(jobs, error)
        }
        return []
    }

    /// Whether a job's caller has waited for as long as callers do.
    private func isOverdue(_ job: Job, at now: ContinuousClock.Instant) -> Bool {
        now - job.submittedAt >= terms.patience
    }

    /// Waits a little longer or shorter than that, in milliseconds: not all collectors come back in the same moment.
    func wait(_ pause: Int) {
        guard pause > 0 else { return }
        Thread.sleep(forTimeInterval: Double(pause) / 1_000 * Double.random(in: 0.5...1.5))
    }

    func refuse(_ jobs: [Job], _ error: QueueError) {
        guard !jobs.isEmpty else { return }
        if Self.isTrouble(error) {
            terms.logger.error("A transaction failed", metadata: ["reason": "\(error)", "jobs": "\(jobs.count)"])
        }
        for job in jobs { job.refuse(error) }
    }

    /// False for what is no more than an answer to its caller.
    private static func isTrouble(_ error: QueueError) -> Bool {
        switch error {
        case .busy, .resolvedBefore, .closed: false
        default: true
        }
    }
}
