import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("What is due is found")
struct DueTests {
    @Test("an acceptance that failed and yet became durable is announced when the file is open again", .hangGuard)
    func failedCommit() async throws {
        let fixture = try QueueFixture()
        #expect(FaultyDisk.watch(fixture.directory))
        let queue = try fixture.open()
        var arrivals = queue.arrivals().makeAsyncIterator()
        // With nothing in the log, SQLite would delete it with what failed.
        _ = try await queue.accept([try submission(2)])
        await arrivals.next()
        FaultyDisk.arm(.failedSync, atCall: 1, lasting: true, in: fixture.directory)
        await #expect(throws: QueueError.self) { try await queue.accept([try submission(1)]) }
        #expect(FaultyDisk.disarm(in: fixture.directory))
        try await queue.probe()
        await arrivals.next()
        #expect(try await queue.claim(limit: 10).count == 2)
        await queue.close()
    }

    @Test(
        "what was due before the clock was set back is due afterwards",
        arguments: Engine.allCases,
        [30, 1_800, 3_599, 100_000] as [TimeInterval]
    )
    func setBack(engine: Engine, seconds: TimeInterval) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1), try submission(2)])
            let claim = try #require(try await queue.claim(limit: 1).first)
            let retryAt = fixture.clock.now.addingTimeInterval(5)
            try await queue.settle([claim.verdict(.ambiguous(retryAt: retryAt, reason: "HTTP 500"))])
            fixture.clock.advance(by: 5)
            _ = try await queue.status()
            fixture.clock.advance(by: -seconds)
            #expect(try await queue.nextDue() ?? .distantFuture <= fixture.clock.now)
            #expect(try await queue.claim(limit: 10).count == 2)
        }
    }

    @Test(
        "of the newest, those are handed out that no request has carried, and then the longest due",
        arguments: Engine.allCases
    )
    func newest(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept(try (0..<6).map { try submission($0) })
            let ids = try (0..<6).map { try submission($0).response.id }
            let first = try await queue.claim(limit: 2, order: .newest)
            #expect(first.map(\.response.id) == [ids[5], ids[4]])
            let due = fixture.clock.now
            try await queue.settle([first[0].verdict(.ambiguous(retryAt: due, reason: "no"))])
            try await queue.release([ids[4]])
            let second = try await queue.claim(limit: 2, order: .newest)
            #expect(second.map(\.response.id) == [ids[4], ids[3]])
            let all = try await queue.claim(limit: 10, order: .newest)
            #expect(all.map(\.response.id) == [ids[2], ids[1], ids[0], ids[5]])
            #expect(try await queue.claim(limit: 10, order: .newest).isEmpty)
        }
    }

    @Test("what isn't due yet is not handed out as the newest either", arguments: Engine.allCases)
    func newestDue(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let held = fixture.clock.now.addingTimeInterval(60)
            _ = try await queue.accept([try submission(1)])
            _ = try await queue.accept([try submission(2, heldUntil: held)])
            #expect(
                try await queue.claim(limit: 2, order: .newest).map(\.response.id) == [try submission(1).response.id]
            )
        }
    }

    @Test("the grace of an ambiguous delivery is kept after the clock was set back", arguments: Engine.allCases)
    func grace(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            fixture.clock.advance(by: -600)
            let claim = try #require(try await queue.claim(limit: 1).first)
            let retryAt = fixture.clock.now.addingTimeInterval(30)
            try await queue.settle([claim.verdict(.ambiguous(retryAt: retryAt, reason: "HTTP 500"))])
            fixture.clock.advance(by: 29)
            #expect(try await queue.claim(limit: 1).isEmpty)
            fixture.clock.advance(by: 1)
            #expect(try await queue.claim(limit: 1).count == 1)
        }
    }

    @Test(
        "a clock that was set back before a start keeps nothing waiting, but for what is ambiguous or held",
        arguments: Engine.allCases
    )
    func setBackBeforeStart(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.observeClock(after: .zero)
            fixture.clock.advance(by: 6 * 3_600)
            _ = try await queue.accept([
                try submission(1), try submission(2), try submission(3, heldUntil: fixture.clock.now + 10),
            ])
            let claim = try #require(try await queue.claim(limit: 1).first)
            try await queue.settle([claim.verdict(.ambiguous(retryAt: fixture.clock.now, reason: "HTTP 500"))])
            _ = try await queue.observeClock(after: .seconds(6 * 3_600))
        }
        fixture.clock.advance(by: -1_800)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.claim(limit: 10).map(\.response.id) == [try submission(2).response.id])
            fixture.clock.advance(by: 1_810)
            #expect(try await queue.claim(limit: 10).count == 2)
        }
    }
}
