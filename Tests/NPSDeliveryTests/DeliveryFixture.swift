import Foundation
import Logging
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import PlanhatSandbox
import TestSupport
import Testing

/// A queue file, a sandbox that listens, and a client of it; all real, and gone after the test.
struct DeliveryFixture: Sendable {
    static let token = "a-token-of-tests"

    let clock: AlarmClock
    let client: PlanhatClient
    let metrics = RecordedMetrics()
    let logs = RecordedLogs()
    private let directory: TemporaryDirectory

    static func visit(
        faults: [String] = [],
        clock: AlarmClock = AlarmClock(),
        pause: @escaping @Sendable (Duration) async -> Void = { _ in },
        _ body: (DeliveryFixture) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let sandbox = try PlanhatSandbox(
            configuration: .init(
                port: 0,
                token: token,
                database: directory.path("sandbox.db"),
                faults: FaultPlan(parsing: faults)
            ),
            now: { clock.now },
            pause: pause,
            logger: .silent,
            onListening: { port.yield($0) }
        )
        try await withService(sandbox) { _ in
            let listening = try #require(await ports.first { _ in true })
            var configuration = PlanhatClient.Configuration(baseURL: "http://127.0.0.1:\(listening)", token: token)
            // No limit is under test here, and a busy machine may be slow.
            configuration.connectTimeout = .seconds(3_600)
            configuration.timeout = .seconds(3_600)
            let client = try PlanhatClient(configuration: configuration, logger: .silent)
            do {
                try await body(DeliveryFixture(clock: clock, client: client, directory: directory))
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
        }
    }

    /// Opens the queue for as long as the body takes.
    func withQueue(_ body: (ResponseQueue) async throws -> Void) async throws {
        var configuration = ResponseQueue.Configuration(path: directory.path("queue.db"))
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
        patience: Duration = .seconds(3_600),
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
        try await withService(worker, stopping: stopping) { _ in try await body(worker) }
    }

    /// Forwards until so many responses have been delivered or parked since the beginning.
    func forward(from queue: ResponseQueue, batchSize: Int = 100, until count: Int) async throws {
        try await forwarding(from: queue, batchSize: batchSize) { _ in await settled(count) }
    }

    /// Returns when so many responses have been delivered or parked since the beginning.
    func settled(_ count: Int) async {
        await metrics.wait(until: ["nps_delivery_total delivered", "nps_delivery_total parked"], reach: count)
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
