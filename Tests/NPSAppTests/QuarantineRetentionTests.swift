import Foundation
import Logging
import NPSModel
import NPSQueue
import Synchronization
import Testing

@testable import NPSApp

@Suite("The quarantine's retention")
struct QuarantineRetentionTests {
    /// A clock that stands until the service sleeps, and moves on by as much when the test wakes it.
    private final class HourGlass: Sendable {
        private let seconds = Mutex(1_700_000_000.0)
        private let asleep = AsyncStream<Void>.makeStream()
        private let woken = AsyncStream<Void>.makeStream()

        var now: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

        func advance(by duration: TimeInterval) { seconds.withLock { $0 += duration } }

        @Sendable
        func sleep(_ duration: Duration) async throws {
            asleep.continuation.yield()
            for await _ in woken.stream {
                advance(by: TimeInterval(duration.components.seconds))
                return
            }
            throw CancellationError()
        }

        /// Returns when the service has done its work and sleeps.
        func untilAsleep() async {
            for await _ in asleep.stream { return }
        }

        func wake() { woken.continuation.yield() }
    }

    private func withQueue(_ now: @escaping @Sendable () -> Date, _ body: (ResponseQueue) async throws -> Void)
        async throws
    {
        let directory = FileManager.default.temporaryDirectory.appending(path: "nps-app-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let configuration = ResponseQueue.Configuration(path: directory.appending(path: "queue.db").path)
        let queue = try ResponseQueue(configuration: configuration, now: now, logger: ToldLogs().logger)
        try await body(queue)
        await queue.close()
    }

    private func draft(_ text: String) -> QuarantineDraft {
        QuarantineDraft(source: "acme", deliveryID: nil, contentType: nil, body: Array(text.utf8), problems: [])
    }

    @Test("what has come of age goes at the start and every hour, and one line says how many there were")
    func hourly() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            let logs = ToldLogs()
            _ = try await queue.accept([], quarantining: [draft("a canary"), draft("another canary")])
            glass.advance(by: 86_400 - 1_800)
            _ = try await queue.accept([], quarantining: [draft("young")])
            glass.advance(by: 1_801)
            let service = QuarantineRetention(
                queue: queue,
                retention: 86_400,
                logger: logs.logger,
                now: { glass.now },
                sleep: glass.sleep
            )
            let running = Task { try await service.run() }
            await glass.untilAsleep()
            #expect(try await queue.status().quarantined == 1)
            #expect(logs.lines == ["notice old payloads removed from quarantine [\"count\": 2]"])
            // Within an hour of the start nothing more is of age, nor after the next.
            glass.wake()
            await glass.untilAsleep()
            #expect(try await queue.status().quarantined == 1)
            glass.advance(by: 86_400)
            glass.wake()
            await glass.untilAsleep()
            #expect(try await queue.status().quarantined == 0)
            #expect(logs.lines.count == 2)
            running.cancel()
            try await running.value
        }
    }

    @Test("a queue that can't be written is a line in the log, and tried again an hour later")
    func failure() async throws {
        let glass = HourGlass()
        try await withQueue({ glass.now }) { queue in
            let logs = ToldLogs()
            await queue.close()
            let service = QuarantineRetention(
                queue: queue,
                retention: 60,
                logger: logs.logger,
                now: { glass.now },
                sleep: glass.sleep
            )
            let running = Task { try await service.run() }
            await glass.untilAsleep()
            glass.wake()
            await glass.untilAsleep()
            #expect(logs.lines.count == 2)
            #expect(logs.lines.allSatisfy { $0.hasPrefix("error the quarantine's old payloads couldn't be removed") })
            running.cancel()
            try await running.value
        }
    }
}
