import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("The collector's services")
struct OrderedServicesTests {
    private struct Failure: Error, Equatable {
        let name: String
    }

    /// Ends when it is told by its gate, whatever the group wants of it.
    private struct Hanging: Service {
        let gate: AsyncStream<Void>

        func run() async throws {
            let waiting = Task { for await _ in gate {} }
            await waiting.value
        }
    }

    private struct Failing: Service {
        var error: (any Error)?

        func run() async throws {
            if let error { throw error }
            try? await gracefulShutdown()
        }
    }

    /// What the alarm of an overdue stop was told, and what the services ended with.
    private func overdue(_ services: [any Service]) async throws -> (told: [Failure?], thrown: Failure?) {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let told = Mutex<[Failure?]>([])
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let ordered = OrderedServices(
            services: [Hanging(gate: gate)] + services,
            signals: [],
            longestStop: 0.5,
            logger: .silent,
            onStop: { stop.finish() },
            onOverdueStop: { failure in
                told.withLock { $0.append(failure as? Failure) }
                open.finish()
            }
        )
        var thrown: Failure?
        do { try await ordered.run() } catch { thrown = error as? Failure }
        for await _ in stops {}
        return (told.withLock { $0 }, thrown)
    }

    @Test("a stop that takes too long ends with what it began with, not as if all were well")
    func failure() async throws {
        let result = try await overdue([Failing(), Failing(error: Failure(name: "port"))])
        #expect(result.told == [Failure(name: "port")])
        #expect(result.thrown == Failure(name: "port"))
    }

    @Test("who was only cancelled has not failed")
    func cancelled() async throws {
        let result = try await overdue([Failing(error: CancellationError())])
        #expect(result.told == [nil])
    }
}

@Suite("A start that is complete")
struct CompleteStartTests {
    @Test("begins when all listen")
    func complete() async {
        let start = CompleteStart(listeners: 2)
        async let first = start.wait()
        start.listens(publicAt: 8080)
        start.listens()
        #expect(await first)
        #expect(start.publicPort == 8080)
        #expect(await start.wait())
    }

    @Test("doesn't begin when a stop came first, nor when it came before anybody has looked", arguments: [0, 1, 2])
    func stopped(listening: Int) async {
        let start = CompleteStart(listeners: 2)
        for _ in 0..<listening { start.listens() }
        start.stop()
        start.listens()
        #expect(await !start.wait())
    }
}
