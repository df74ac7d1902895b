package import Foundation
package import NPSModel
import Synchronization

extension ResponseQueue {
    /// Rows a transaction of bulk work takes at most: acceptance waits behind it.
    static let chunk = 500

    /// Hands out responses that are due. Each is durably `sending` before this returns; it stays so until
    /// ``settle(_:)`` or ``release(_:)``, or until the next start finds it ambiguous.
    ///
    /// A row that can't be read any more is parked and left out.
    package func claim(limit: Int, order: ClaimOrder = .oldest) async throws(QueueError) -> [Claim] {
        var claims: [Claim] = []
        var remaining = limit
        while remaining > 0 {
            let wanted = min(remaining, Self.chunk)
            do throws(QueueError) {
                let rows = try await transact { transaction in try transaction.claimDue(limit: wanted, order: order) }
                claims += decode(rows)
                remaining = rows.count < wanted ? 0 : remaining - wanted
            } catch {
                // What was claimed so far belongs to the caller: nobody else will send it.
                if claims.isEmpty { throw error }
                break
            }
        }
        await parkUnreadable()
        return claims
    }

    private func decode(_ rows: [ClaimedRow]) -> [Claim] {
        rows.compactMap { row in
            let claim = Claim(row)
            if claim == nil { unreadable.withLock { $0.append(row) } }
            return claim
        }
    }

    /// What fails is tried again with the next claim: the readable ones don't wait for it.
    private func parkUnreadable() async {
        let rows = unreadable.withLock { rows in
            defer { rows = [] }
            return rows
        }
        guard !rows.isEmpty else { return }
        let outcome = Outcome.park(reason: "the stored response can't be read by this version")
        do throws(QueueError) {
            try await transact { transaction in
                for row in rows { try transaction.settle(row.id, outcome, revision: row.revision) }
            }
        } catch {
            unreadable.withLock { $0 += rows }
        }
    }

    /// Ends claims. A verdict about an older revision never marks newer content as delivered: that goes again, by
    /// upsert. Verdicts on responses that aren't being sent are ignored, so it is safe to repeat a call that threw.
    package func settle(_ verdicts: [Verdict]) async throws(QueueError) {
        for start in stride(from: 0, to: verdicts.count, by: Self.chunk) {
            let part = verdicts[start..<min(start + Self.chunk, verdicts.count)]
            try await transact { transaction in
                for verdict in part {
                    try transaction.settle(verdict.id.rawValue, verdict.outcome, revision: verdict.revision)
                }
            }
        }
    }

    /// Gives back what was claimed but never sent: pending as before, without an attempt. Announced to nobody, since
    /// whoever gives back knows.
    package func release(_ ids: [ResponseID]) async throws(QueueError) {
        for start in stride(from: 0, to: ids.count, by: Self.chunk) {
            let part = ids[start..<min(start + Self.chunk, ids.count)]
            try await transact { transaction in
                for id in part { try transaction.release(id) }
            }
        }
    }

    /// When the next pending response is to be tried, in the past when it is due already. Nil: nothing is pending.
    package func nextDue() async throws(QueueError) -> Date? {
        try await transact { transaction in try transaction.nextDue() }
    }
}
