import NPSDelivery
import NPSQueue
import ServiceLifecycle

/// Delivery, which begins when all else that a start needs is there. Where several collectors share the queue, whoever
/// forwarded before goes on until then, and for good if this start fails.
struct Forwarding: Service {
    let queue: ResponseQueue
    let worker: DeliveryWorker
    /// One element for each socket that accepts connections.
    let listening: AsyncStream<Void>
    /// How many of them there are to be.
    let sockets: Int

    func run() async throws {
        guard await isListening() else { return }
        try await queue.beginForwarding()
        try await worker.run()
    }

    /// False when the collector is stopped before.
    private func isListening() async -> Bool {
        await cancelWhenGracefulShutdown { [listening, sockets] in
            var missing = sockets
            for await _ in listening {
                missing -= 1
                if missing == 0 { return true }
            }
            return false
        }
    }
}
