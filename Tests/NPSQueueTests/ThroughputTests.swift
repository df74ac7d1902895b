import Foundation
import Logging
import NPSModel
import NPSQueue
import Testing

/// No tests: measurements for those who set NPS_MEASURE=1, printed.
@Suite("Throughput", .enabled(if: ProcessInfo.processInfo.environment["NPS_MEASURE"] == "1"), .serialized)
struct ThroughputTests {
    @Test("durable accepts a second", arguments: Engine.sealing, [1, 64, 512])
    func accepts(engine: Engine, tasks: Int) async throws {
        let fixture = try QueueFixture(engine)
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        let each = tasks == 1 ? 1_000 : 20_000 / tasks
        let submissions = try (0..<tasks * each).map { try submission($0, comment: "A comment of usual length.") }
        let start = ContinuousClock.now
        try await withThrowingTaskGroup { group in
            for task in 0..<tasks {
                group.addTask {
                    for number in 0..<each { _ = try await queue.accept([submissions[task * each + number]]) }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = Int(Double(submissions.count) / seconds)
        print("\(engine), \(tasks) tasks: \(rate) accepts/s, \(FaultyDisk.syncs(in: fixture.directory)) syncs")
        await queue.close()
    }

    @Test("with a million rows")
    func million() async throws {
        let fixture = try QueueFixture()
        var queue = try fixture.open()
        for batch in 0..<1_000 {
            _ = try await queue.accept(try (0..<1_000).map { try submission(batch * 1_000 + $0) })
        }
        await queue.close()
        try await measure("open") { queue = try fixture.open() }
        try await measure("status") { _ = try await queue.status() }
        try await measure("nextDue") { _ = try await queue.nextDue() }
        try await measure("claim 500") { _ = try await queue.claim(limit: 500) }
        try await measure("list 1000") { _ = try await queue.list(QueueFilter(state: .pending, limit: 1_000)) }
        await queue.close()
    }

    private func measure(_ name: String, _ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await body()
        print("\(name): \(ContinuousClock.now - start)")
    }
}
