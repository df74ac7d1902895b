import NPSServer
import ServiceLifecycle

/// The first to hear of a shutdown: turns readiness off before the listeners close.
struct DrainService: Service {
    let readiness: Readiness

    func run() async throws {
        try? await gracefulShutdown()
        readiness.drain()
    }
}
