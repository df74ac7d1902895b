import CoreMetrics
package import Foundation
package import NPSModel
import Synchronization

extension ResponseQueue {
    /// Hands out responses that are due. Each is durably `sending` before this returns; it stays so until
    /// ``settle(_:)`` or ``release(_:)``, or until the next start finds it ambiguous.
    ///
    /// A row that can't be read any more is parked and left out.
    package func claim(limit: Int, order: ClaimOrder = .oldest) async throws(QueueError) -> [Claim] {
        try await giveBackUnrecorded()
        var claims: [Claim] = []
        var epoch: Int64?
        var remaining = limit
        while remaining > 0 {
            let wanted = min(remaining, Self.slice)
            do throws(QueueError) {
                let (rows, term, number) = try await transactSlice { transaction in
                    let rows = try transaction.claimDue(limit: wanted, order: order)
                    return (rows, transaction.term, transaction.state.epoch?.number)
                }
                claims += decode(rows, term)
                epoch = number
                remaining = rows.count < wanted ? 0 : remaining - wanted
            } catch {
                // What was claimed so far belongs to the caller: nobody else will send it.
                if claims.isEmpty { throw error }
                break
            }
        }
        await parkUnreadable()
        try await record(epoch, of: claims)
        return claims
    }

    /// Has what is outside the database follow, before any of the claims is sent. Where that fails, they are given back.
    private func record(_ epoch: Int64?, of claims: [Claim]) async throws(QueueError) {
        guard let file, !claims.isEmpty else { return }
        do throws(QueueError) {
            try await file.record(epoch ?? 0)
        } catch {
            unrecorded.withLock { $0 += claims.map(\.response.id) }
            try? await giveBackUnrecorded()
            throw error
        }
    }

    private func giveBackUnrecorded() async throws(QueueError) {
        let ids = unrecorded.withLock { $0 }
        guard !ids.isEmpty else { return }
        try await release(ids)
        unrecorded.withLock { $0 = Array($0.dropFirst(ids.count)) }
    }

    private func decode(_ responses: [StoredResponse], _ term: Int64?) -> [Claim] {
        responses.compactMap { response in
            let claim = Claim(response, createsAreSafe: createsAreSafe, term: term)
            if claim == nil { unreadable.withLock { $0.append(response) } }
            return claim
        }
    }

    /// What fails is tried again with the next claim: the readable ones don't wait for it.
    private func parkUnreadable() async {
        let responses = unreadable.withLock { responses in
            defer { responses = [] }
            return responses
        }
        guard !responses.isEmpty else { return }
        let outcome = Outcome.park(reason: "the stored response can't be read by this version")
        do throws(QueueError) {
            try await settle(
                responses.map { Verdict(id: $0.id, revision: $0.lifecycle.revision, outcome: outcome) }
            )
            Counter(
                label: "nps_delivery_parked_total",
                dimensions: [("kind", "unreadable")],
                factory: configuration.metrics
            )
            .increment(by: responses.count)
        } catch {
            unreadable.withLock { $0 += responses }
        }
    }

    /// Ends claims. A verdict about an older revision never marks newer content as delivered: that goes again, by
    /// upsert. Verdicts on responses that aren't being sent are ignored, so it is safe to repeat a call that threw:
    /// many verdicts are stored in several transactions, and those that were durable before stay.
    package func settle(_ verdicts: [Verdict]) async throws(QueueError) {
        _ = try await inSlices(verdicts) { transaction, part in
            try transaction.settle(part)
            return part.count
        }
    }

    /// Gives back what was claimed but never sent: pending as before, without an attempt. Announced to nobody, since
    /// whoever gives back knows.
    package func release(_ ids: [ResponseID]) async throws(QueueError) {
        _ = try await inSlices(ids) { transaction, part in
            try transaction.release(part)
            return part.count
        }
    }

    /// When the next pending response is to be tried, in the past when it is due already. Nil: nothing is pending.
    package func nextDue() async throws(QueueError) -> Date? {
        try await read { transaction in try transaction.nextDue() }
    }
}
