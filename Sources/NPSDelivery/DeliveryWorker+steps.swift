import Logging
import NPSModel
import NPSQueue

extension DeliveryWorker {
    /// Does one step of the plan and tells it how that went. False when there is no queue any more.
    func perform(_ step: DeliveryPlan.Step, _ plan: inout DeliveryPlan) async -> Bool {
        do throws(QueueError) {
            switch step {
            case .wait: break
            case .claim(let limit):
                let claims = try await queue.claim(limit: limit)
                let nextDue = claims.isEmpty ? try await queue.nextDue() : nil
                plan.found(claims, nextDue: nextDue, at: clock.now())
            case .send(let batch):
                await send(batch, &plan)
            case .settle(let settlement):
                try await settle(settlement)
                plan.settled()
            }
            return true
        } catch {
            return note(error, &plan)
        }
    }

    private func send(_ batch: Batch, _ plan: inout DeliveryPlan) async {
        let reply = await sender.deliver(batch)
        // Cut off by the stop: whether it arrived is for the next start to find out.
        guard !Task.isCancelled else { return }
        metrics.count(batch.operation, status: reply.status)
        let counts = plan.answered(reply.answer, to: batch, quota: reply.quota, at: clock.now())
        metrics.count(counts)
        count(delivered: counts.delivered)
        for verdict in counts.parked { report(verdict) }
        for id in counts.unlinked {
            logger.info("delivered, but Planhat linked it to no contact and no company", metadata: ["id": "\(id)"])
        }
    }

    private func settle(_ settlement: Settlement) async throws(QueueError) {
        if !settlement.verdicts.isEmpty { try await queue.settle(settlement.verdicts) }
        if !settlement.releases.isEmpty { try await queue.release(settlement.releases) }
    }

    private func report(_ verdict: Verdict) {
        guard case .park(let reason, _) = verdict.outcome else { return }
        logger.warning("response parked", metadata: ["id": "\(verdict.id)", "reason": "\(reason)"])
    }

    private func note(_ error: QueueError, _ plan: inout DeliveryPlan) -> Bool {
        if case .closed = error { return false }
        if plan.queueFailed(at: clock.now()) {
            logger.error("the queue can't be used; delivery waits for it", metadata: ["reason": "\(error)"])
        }
        return true
    }

    /// Leaves nothing claimed but what may be under way.
    func end(_ plan: inout DeliveryPlan) async {
        do throws(QueueError) {
            try await settle(plan.end(at: clock.now()))
        } catch {
            logger.warning("the queue took no last word", metadata: ["reason": "\(error)"])
        }
    }
}
