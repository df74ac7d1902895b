import Foundation
import NPSDelivery
import NPSModel
import NPSQueue
import PlanhatAPI
import ServiceLifecycle
import TestSupport
import Testing

@Suite("How delivery ends", .hangGuard)
struct ShutdownTests {
    @Test("a stop while idle leaves nothing claimed")
    func idle() async throws {
        try await DeliveryFixture.visit { fixture in
            try await fixture.withQueue { queue in
                try await fixture.forwarding(from: queue) { _ in }
                #expect(try await queue.status().sending == 0)
            }
        }
    }

    @Test("a stop lets the request in flight finish and stores its result")
    func inFlight() async throws {
        let (arrivals, arrive) = AsyncStream.makeStream(of: Void.self)
        let (permissions, permit) = AsyncStream.makeStream(of: Void.self)
        let pause: @Sendable (Duration) async -> Void = { _ in
            arrive.yield()
            _ = await permissions.first { true }
        }
        try await DeliveryFixture.visit(faults: ["slow=1"], pause: pause) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept([Submission(response(1))])
                try await fixture.forwarding(from: queue, stopping: { permit.yield() }) { _ in
                    _ = await arrivals.first { true }
                }
                #expect(try await queue.status().delivered == 1)
            }
        }
    }

    @Test("a request that outlasts the stop stays ambiguous, and is one record in the end")
    func outlasting() async throws {
        let (arrivals, arrive) = AsyncStream.makeStream(of: Void.self)
        let pause: @Sendable (Duration) async -> Void = { _ in
            arrive.yield()
            try? await gracefulShutdown()
        }
        try await DeliveryFixture.visit(faults: ["slow=1"], pause: pause) { fixture in
            try await fixture.withQueue { queue in
                _ = try await queue.accept([Submission(response(1))])
                try await fixture.forwarding(from: queue, patience: .zero) { _ in _ = await arrivals.first { true } }
                #expect(try await queue.status().sending == 1)
            }
            try await fixture.withQueue { queue in
                try await fixture.forward(from: queue, until: 1)
                #expect(fixture.requests == ["upsert 200": 1])
                #expect(try await queue.status().delivered == 1)
                #expect(try await fixture.records().count == 1)
            }
        }
    }

    @Test("what was claimed for a later request is given back")
    func unsent() async throws {
        let (arrivals, arrive) = AsyncStream.makeStream(of: Void.self)
        let pause: @Sendable (Duration) async -> Void = { _ in
            arrive.yield()
            try? await gracefulShutdown()
        }
        try await DeliveryFixture.visit(faults: ["slow=1"], pause: pause) { fixture in
            try await fixture.withQueue { queue in
                // Too much for one request's bytes.
                let comment = String(repeating: "\u{1F600}", count: 10_000)
                _ = try await queue.accept((0..<160).map { Submission(try response($0, comment: comment)) })
                try await fixture.forwarding(from: queue, batchSize: 200, patience: .zero) { _ in
                    _ = await arrivals.first { true }
                }
                let status = try await queue.status()
                #expect((90..<160).contains(status.sending))
                #expect(status.pending == 160 - status.sending)
            }
        }
    }

    @Test("a closed queue ends it")
    func closed() async throws {
        try await DeliveryFixture.visit { fixture in
            try await fixture.withQueue { queue in
                let worker = DeliveryWorker(
                    queue: queue,
                    client: fixture.client,
                    clock: fixture.clock.deliveryClock,
                    metrics: fixture.metrics,
                    logger: fixture.logs.logger
                )
                await queue.close()
                try await worker.run()
                #expect(worker.status == .forwarding)
            }
        }
    }
}
