import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Retention of parked responses")
struct ParkedRetentionTests {
    private static let day: TimeInterval = 86_400

    @Test("a week passes from the announcement of a period to the first erasure, also when it gets shorter")
    func announcement() {
        let start = Milliseconds(Date(timeIntervalSince1970: 1_700_000_000))
        func after(_ days: Double) -> Milliseconds { start + .seconds(days * Self.day) }
        var retention = ParkedRetention()
        #expect(retention.cutoff(at: start) == nil && retention.horizon(at: start) == nil)
        retention.announce(.seconds(90 * Self.day), at: start)
        #expect(retention.cutoff(at: after(6.9)) == nil)
        #expect(retention.cutoff(at: after(7)) == after(-83))
        #expect(retention.horizon(at: start) == after(-83))
        #expect(retention.end(of: after(-500)) == after(7))
        #expect(retention.end(of: after(-80)) == after(10))
        // The same again at each start, or a longer one, takes nothing away.
        retention.announce(.seconds(90 * Self.day), at: after(6))
        retention.announce(.seconds(100 * Self.day), at: after(6))
        #expect(retention.cutoff(at: after(7)) == after(-93))
        retention.announce(.seconds(Self.day), at: after(8))
        #expect(retention.cutoff(at: after(14)) == nil)
        #expect(retention.cutoff(at: after(15)) == after(14))
        retention.announce(nil, at: after(20))
        #expect(retention.cutoff(at: after(99)) == nil && retention.end(of: start) == nil)
        retention.announce(.seconds(Self.day), at: after(100))
        #expect(retention.cutoff(at: after(106)) == nil)
    }

    /// Time goes by in which the collector runs.
    private func pass(_ seconds: TimeInterval, _ clock: TestClock, _ queue: ResponseQueue) async throws {
        _ = try await queue.observeClock(after: .zero)
        clock.advance(by: seconds)
        _ = try await queue.observeClock(after: .seconds(seconds))
    }

    @Test("what was parked long before an upgrade stays for a week in which it is announced, also over restarts")
    func upgrade() async throws {
        let fixture = try QueueFixture()
        let clock = fixture.clock
        try await fixture.withQueue { queue in
            try await pass(6 * 3_600, clock, queue)
            _ = try await queue.accept(try (1...3).map { try submission($0) })
            let claims = try await queue.claim(limit: 2)
            try await queue.settle(claims.map { $0.verdict(.park(reason: "no")) })
            try await pass(400 * Self.day, clock, queue)
            let young = try await queue.claim(limit: 1)
            try await queue.settle(young.map { $0.verdict(.park(reason: "no")) })
            #expect(try await queue.status().parkedExpiry == nil)
            #expect(try await queue.expireParked(after: 90 * Self.day) == 0)
        }
        let end = clock.now.addingTimeInterval(7 * Self.day)
        for _ in 1...6 {
            try await fixture.withQueue { queue in
                #expect(try await queue.status().parkedExpiry == ParkedExpiry(count: 2, from: end))
                try await pass(Self.day, clock, queue)
                #expect(try await queue.expireParked(after: 90 * Self.day) == 0)
            }
        }
        try await fixture.withQueue { queue in
            try await pass(Self.day, clock, queue)
            #expect(try await queue.expireParked(after: 90 * Self.day) == 2)
            let status = try await queue.status()
            #expect(status.parkedExpiry == nil && status.parked == 1 && status.erased == 2)
            try await pass(76 * Self.day + 1, clock, queue)
            // 83 days and a second after it was parked.
            #expect(
                try await queue.parkedExpiry()
                    == ParkedExpiry(count: 1, from: clock.now.addingTimeInterval(7 * Self.day - 1))
            )
        }
        try Audit(of: fixture.path).check()
    }

    @Test("before the time is known, nothing is announced and nothing erased", arguments: Engine.allCases)
    func unknownTime(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.accept([try submission(1)])
            try await queue.settle(try await queue.claim(limit: 1).map { $0.verdict(.park(reason: "no")) })
            for _ in 1...3 {
                fixture.clock.advance(by: 400 * Self.day)
                #expect(try await queue.expireParked(after: Self.day) == 0)
                #expect(try await queue.parkedExpiry() == nil)
            }
        }
    }
}
