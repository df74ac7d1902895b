import Logging

/// What is left of claims that ended without a word.
extension PostgresLane {
    /// Deals with what is `sending` although nobody sends it.
    func recover(on connection: PostgresConnection, _ state: inout State) throws {
        guard state.claiming.term != nil else { return }
        var count = 0
        if state.claiming.owesInterruption {
            try inSlices(on: connection, &state) { transaction, after in
                let part = try transaction.interruptSending(
                    after: after,
                    limit: ResponseQueue.slice,
                    grace: terms.grace
                )
                count += part.count
                return part.last
            }
            state.claiming.interrupted()
        } else {
            try inSlices(on: connection, &state) { transaction, after in
                try transaction.releaseUnclaimed(after: after, limit: ResponseQueue.slice)
            }
        }
        guard count > 0 else { return }
        terms.logger.notice(
            "The last stop interrupted a delivery, whose outcome is unknown",
            metadata: ["responses": "\(count)"]
        )
    }

    /// Runs transactions until there is nothing left to do.
    ///
    /// - Parameter slice: gets the last sequence number that the slice before handled, 0 at first, and returns its own; nil
    ///   when there are no more.
    private func inSlices(
        on connection: PostgresConnection,
        _ state: inout State,
        _ slice: (inout QueueTransaction, Int64) throws -> Int64?
    ) throws {
        var last: Int64? = 0
        while let after = last {
            _ = try inTransaction(on: connection, &state) { transaction, _ in
                // Another collector has taken over, and does this by itself.
                guard let rows = transaction.rows as? PostgresRows, rows.term != nil else {
                    last = nil
                    return []
                }
                last = try slice(&transaction, after)
                return []
            }
        }
    }
}
