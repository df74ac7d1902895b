import NPSDelivery
import NPSQueue
import ServiceLifecycle

/// Delivery, which begins when all else that a start needs is there. Where several collectors share the queue, one of them
/// delivers at a time; this one leaves it to another when it stops, and when it can't reach Planhat.
struct Forwarding: Service {
    /// For how long Planhat may be out of reach until another collector is to try.
    private static let patience = Duration.seconds(60)
    /// For how long this one doesn't try again after that.
    private static let abstention = Duration.seconds(120)

    let queue: ResponseQueue
    let worker: DeliveryWorker
    let start: CompleteStart
    /// Called when that is complete.
    let onStart: @Sendable () async -> Void

    func run() async throws {
        guard await start.wait() else { return }
        await onStart()
        queue.beginForwarding()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            group.addTask { await leaveToOthersWhenCutOff() }
            // The worker ends by itself, the other task never.
            try await group.next()
            group.cancelAll()
        }
        await queue.handOver()
    }

    private func leaveToOthersWhenCutOff() async {
        while (try? await Task.sleep(for: .seconds(5))) != nil {
            guard queue.isForwarding, worker.isCutOff(for: Self.patience) else { continue }
            if await queue.handOver(abstaining: Self.abstention) { worker.forgetReach() }
        }
    }
}
