import PlanhatAPI
import ServiceLifecycle

/// Keeps the API client's connections until the worker has ended.
struct ClientService: Service {
    let client: PlanhatClient

    func run() async throws {
        try? await gracefulShutdown()
        await client.shutdown()
    }
}
