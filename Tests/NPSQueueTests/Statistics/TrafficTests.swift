import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("Arrivals and deliveries by the hour", .serialized)
struct TrafficTests {
    @Test("what came and what reached Planhat is counted in its hour, and edits came, too", arguments: Engine.allCases)
    func hours(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let begin = fixture.clock.now
            _ = try await queue.accept(try (1...3).map { try submission($0) })
            try await deliverAll(queue)
            fixture.clock.advance(by: 3_600)
            _ = try await queue.accept([try submission(1), try submission(2, score: 1), try submission(4)])
            let claims = try await queue.claim(limit: 9)
            try await queue.settle([
                claims[0].verdict(.park(reason: "no")), claims[1].verdict(.delivered(planhatID: nil)),
            ])
            fixture.clock.advance(by: 2 * 3_600)
            _ = try await queue.erase([try submission(1).response.id])
            let hours = try await queue.traffic(since: begin)
            #expect(hours.map(\.arrivals) == [3, 2] && hours.map(\.deliveries) == [3, 1])
            #expect(hours.map(\.start).allSatisfy { $0.timeIntervalSince1970.remainder(dividingBy: 3_600) == 0 })
            #expect(try #require(hours.first?.start) <= begin && begin.timeIntervalSince(hours[0].start) < 3_600)
            #expect(try await queue.traffic(since: begin.addingTimeInterval(3_600)).count == 1)
        }
    }

    @Test("hours that are older than 31 days are forgotten", arguments: Engine.allCases)
    func forgotten(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            let begin = fixture.clock.now
            _ = try await queue.accept([try submission(1)])
            fixture.clock.advance(by: 30 * 86_400)
            _ = try await queue.accept([try submission(2)])
            try await queue.removeTraffic(at: fixture.clock.now)
            #expect(try await queue.traffic(since: begin).count == 2)
            fixture.clock.advance(by: 2 * 86_400)
            #expect(try await queue.traffic(since: begin).count == 1)
            try await queue.removeTraffic(at: fixture.clock.now)
            let kept = try await queue.read { transaction in try transaction.rows.traffic(from: .min) }
            #expect(kept.count == 1)
            #expect(try await queue.tallies().map(\.count) == [2])
        }
    }
}
