import NPSModel

/// One caller's part of a transaction.
struct Job: Sendable {
    /// How much of the waiting limit it takes; 0 for work that must get through even when acceptance is held up.
    let weight: Int
    /// From when it counts how long its caller waits.
    var submittedAt = ContinuousClock.now
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
