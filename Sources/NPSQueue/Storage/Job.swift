/// One caller's piece of a transaction.
struct Job: Sendable {
    /// How much of the waiting limit it takes; 0 for work that must get through even when acceptance is held up.
    let weight: Int
    /// Does the work inside the transaction and says what to do once that is durable. Run again after a rollback.
    let run: @Sendable (inout QueueTransaction) throws -> @Sendable () -> Void
    /// The transaction was not committed, or this job not admitted to one.
    let refuse: @Sendable (QueueError) -> Void
}
