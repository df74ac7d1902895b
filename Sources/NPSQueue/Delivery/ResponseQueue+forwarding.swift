/// Which of the collectors that share a queue forwards.
extension ResponseQueue {
    /// Whether several collectors may have the queue at the same time.
    package var isShared: Bool { lease != nil }

    /// Whether this collector forwards, as far as it knows by now. False for one of several that share a database while
    /// another forwards, or while none does.
    package var isForwarding: Bool { lease?.isForwarding ?? true }

    /// How often, since the start, this collector began to forward from a database that may have lost what had been
    /// acknowledged: a server took the place of another that had waited for no standby.
    package var unreplicatedPromotions: Int { lease?.replacements ?? 0 }

    /// Leaves the forwarding to others, where several share the database.
    ///
    /// - Parameter time: for how long this collector doesn't forward again, if another is there that would; nil for good,
    ///   because it stops.
    /// - Returns: whether it was left to others.
    @discardableResult
    package func handOver(abstaining time: Duration? = nil) async -> Bool {
        await lease?.resign(abstaining: time) ?? false
    }

    /// Who forwards; nil where nobody else has the queue.
    package func leadership() async throws(QueueError) -> Leadership? {
        guard isShared else { return nil }
        return try await read { transaction in try transaction.rows.leadership() }
    }
}
