package import Foundation

extension ResponseQueue {
    /// Keeps what an operator did.
    package func note(
        _ action: AuditEntry.Action,
        by actor: AuditEntry.Actor,
        subject: String,
        outcome: String
    ) async throws(QueueError) {
        try await transact { transaction in
            let entry = StoredAuditEntry(
                number: 0,
                at: transaction.ageStart,
                actor: actor.rawValue,
                action: action.rawValue,
                subject: subject,
                outcome: outcome
            )
            try transaction.rows.note(entry)
        }
    }

    /// What operators did, the last first. At most ``QueueFilter/maximum``.
    ///
    /// - Parameters:
    ///   - action: only this; nil for all.
    ///   - before: the last number of the previous page; nil for the first page.
    package func audit(
        _ action: AuditEntry.Action? = nil,
        before: Int64? = nil,
        limit: Int
    ) async throws(QueueError) -> [AuditEntry] {
        let limit = min(max(limit, 0), QueueFilter.maximum)
        var entries: [AuditEntry] = []
        var last = before ?? .max
        while entries.count < limit {
            let (before, wanted) = (last, min(limit - entries.count, Self.slice))
            let part = try await readSlice { transaction in
                try transaction.rows.audit(action?.rawValue, before: before, limit: wanted)
            }
            entries += part.compactMap(AuditEntry.init)
            guard part.count == wanted, let next = part.last?.number else { break }
            last = next
        }
        return entries
    }

    /// Removes what operators did before `date`, but for the last backup, of which somebody may want to know however long
    /// ago it was made. Returns how many entries there were.
    package func removeAudit(before date: Date) async throws(QueueError) -> Int {
        var count = 0
        while true {
            let part = try await transactSlice { transaction in
                try transaction.rows.removeAudit(
                    before: Milliseconds(date),
                    sparingLast: AuditEntry.Action.backup.rawValue,
                    limit: Self.slice
                )
            }
            count += part
            guard part == Self.slice else { return count }
        }
    }
}
