import Foundation
import Logging
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import PlanhatSandbox
import ServiceLifecycle
import Testing

/// A queue file, a sandbox that listens, a client of it, and the road between them; all real, and gone after the test.
struct DeliveryFixture: Sendable {
    static let token = "a-token-of-tests"

    let directory: URL
    let clock: TestClock
    let client: PlanhatClient
    let metrics = RecordedMetrics()
    let logs = RecordedLogs()

    static func visit(
        faults: [String] = [],
        clock: TestClock = TestClock(),
        pause: @escaping @Sendable (Duration) async -> Void = { _ in },
        _ body: (DeliveryFixture) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "nps-delivery-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let sandbox = try PlanhatSandbox(
            configuration: .init(
                port: 0,
                token: token,
                database: directory.appending(path: "sandbox.db").path,
                faults: FaultPlan(parsing: faults)
            ),
            now: { clock.now },
            pause: pause,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            onListening: { port.yield($0) }
        )
        try await Self.running(sandbox) {
            let listening = try #require(await ports.first { _ in true })
            let client = try PlanhatClient(
                configuration: .init(baseURL: "http://127.0.0.1:\(listening)", token: token),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            do {
                try await body(DeliveryFixture(directory: directory, clock: clock, client: client))
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
        }
    }

    /// Runs a service as long as the body takes, and stops it gracefully.
    ///
    /// - Parameter stopping: is called when it has been told to stop
    private static func running(
        _ service: any Service,
        stopping: () -> Void = {},
        _ body: () async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        async let running: Void = group.run()
        do {
            try await body()
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        stopping()
        do {
            try await running
        } catch is ServiceGroupError {
            // The service ended by itself before the body did.
        }
    }

    /// Opens the queue for as long as the body takes.
    func withQueue(_ body: (ResponseQueue) async throws -> Void) async throws {
        var configuration = ResponseQueue.Configuration(path: directory.appending(path: "queue.db").path)
        configuration.diskReserve = 0
        let queue = try ResponseQueue(configuration: configuration, now: { [clock] in clock.now }, logger: logs.logger)
        do {
            try await body(queue)
        } catch {
            await queue.close()
            throw error
        }
        await queue.close()
    }

    /// Forwards from the queue as long as the body takes.
    func forwarding(
        from queue: ResponseQueue,
        batchSize: Int = 100,
        patience: Duration = .seconds(8),
        stopping: () -> Void = {},
        _ body: (DeliveryWorker) async throws -> Void
    ) async throws {
        var configuration = DeliveryWorker.Configuration(requestsPerMinute: 600_000, batchSize: batchSize)
        configuration.patience = patience
        let worker = DeliveryWorker(
            queue: queue,
            client: client,
            configuration: configuration,
            clock: clock.deliveryClock,
            fraction: { 0.5 },
            metrics: metrics,
            logger: logs.logger
        )
        try await Self.running(worker, stopping: stopping) { try await body(worker) }
    }

    /// Forwards until so many responses have been delivered or parked since the beginning.
    func forward(from queue: ResponseQueue, batchSize: Int = 100, until count: Int) async throws {
        try await forwarding(from: queue, batchSize: batchSize) { _ in await settled(count) }
    }

    func settled(_ count: Int) async {
        for await _ in metrics.changes
        where metrics["nps_delivery_total delivered"] + metrics["nps_delivery_total parked"] >= count { return }
    }

    /// Everything at the sandbox.
    func records() async throws -> [NPSRecord] {
        var query = ListQuery()
        query.limit = 10_000
        query.npsExpiryDay = 36_500
        return try await client.list(query)
    }

    /// How often which operation was answered how.
    var requests: [String: Int] {
        metrics.all("nps_delivery_requests_total ").reduce(into: [:]) { result, entry in
            result[String(entry.key.dropFirst("nps_delivery_requests_total ".count))] = entry.value
        }
    }
}
