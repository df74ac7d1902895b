import NPSQueue
import ServiceLifecycle

/// Keeps the queue open as long as anything may use it, then closes it.
struct QueueService: Service {
    let queue: ResponseQueue

    func run() async throws {
        try? await gracefulShutdown()
        await queue.close()
    }
}
