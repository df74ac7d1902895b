import Dispatch

/// A database under the queue, which runs batches of jobs in transactions.
protocol QueueEngine: Sendable {
    /// The key in this database. It never changes.
    var personKey: PersonKey { get }
    /// Whether a new response may be sent by POST. Not where several collectors share a database: what one of them
    /// sent may arrive after another has taken over, and a late POST creates a second record.
    var createsAreSafe: Bool { get }
    /// This collector's part in the agreement about who forwards; nil where nobody else has the database.
    var lease: LeaseKeeper? { get }
    var lanes: QueueLanes { get }

    /// Has this collector forward from a database that several share whenever no other does. Does nothing where nobody else
    /// has it. May be called from anywhere.
    func stand()
    /// Completes or refuses every job before it returns. A job that fails by itself doesn't make the others fail.
    ///
    /// - Parameter lane: on which it is called: an index of the intake's lanes, or ``QueueLanes/workIndex``.
    func commit(_ jobs: [Job], on lane: Int)
    /// Removes what was deleted from where it is still readable, as far as this database can; see
    /// `ResponseQueue.erase`. Called on the lane for work.
    func truncateLog() throws(QueueError)
    /// Idempotent. Called on the lane for work, when all the others have nothing to do any more.
    func close()
}

/// The serial queues on which an engine works, each with a connection of its own.
struct QueueLanes: Sendable {
    /// Only for what comes in; none where everything shares one connection.
    var intake: [DispatchQueue] = []
    /// For delivery and operators; for what comes in too, where it has no lanes of its own.
    let work: DispatchQueue
    /// What one call of ``QueueEngine/commit(_:on:)`` takes.
    var batchLimit = GroupCommit.BatchLimit()
    /// Nil where a job waits for its turn for as long as that takes.
    var patience: GroupCommit.Patience?

    var workIndex: Int { intake.count }

    /// - Parameters:
    ///   - queues: some of these.
    ///   - limit: how much may wait for them.
    ///   - metrics: what counts the commits.
    func group(
        on queues: [DispatchQueue],
        limit: Int,
        _ metrics: CommitMetrics,
        commit: @escaping @Sendable ([Job], _ lane: Int) -> Void
    ) -> GroupCommit {
        GroupCommit(
            on: queues,
            limit: limit,
            batchLimit: batchLimit,
            metrics: metrics,
            patience: patience,
            commit: commit
        )
    }
}
