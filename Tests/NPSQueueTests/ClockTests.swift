import Foundation
import GRDB
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("The clock and what is old")
struct ClockTests {
    private static let hour: Duration = .seconds(3_600)
    private static let day: Duration = .seconds(86_400)
    private static let start = Milliseconds(rawValue: 1_700_000_000_000)

    private typealias Step = (uptime: Duration, clock: Duration)

    /// How long the collector ran before each observation, and how far the clock moved meanwhile.
    private func observe(
        _ steps: [Step],
        from before: ConfirmedTime = ConfirmedTime(confirmed: ClockTests.start)
    ) -> (time: ConfirmedTime, clock: Milliseconds) {
        var time = before
        var clock = Self.start
        for step in steps {
            clock = clock + step.clock
            time.observe(clock, after: step.uptime)
        }
        return (time, clock)
    }

    private func repeated(_ steps: [Step], _ count: Int) -> [Step] {
        (0..<count).flatMap { _ in steps }
    }

    private static let aStart: Step = (.zero, .zero)
    private static let anHour: Step = (hour, hour)

    @Test("while the clock agrees with the uptime, it is believed")
    func agreement() {
        let end = observe(repeated([(.seconds(60), .milliseconds(60_500))], 1_000))
        #expect(end.time == ConfirmedTime(confirmed: end.clock))
    }

    @Test("without any confirmed time, nothing is old for six hours of uptime")
    func unknown() {
        let young = observe([Self.aStart] + repeated([Self.anHour], 5), from: ConfirmedTime())
        #expect(young.time.confirmed == nil && young.time.past(at: young.clock) == nil)
        let known = observe([Self.aStart] + repeated([Self.anHour], 6), from: ConfirmedTime())
        #expect(known.time == ConfirmedTime(confirmed: known.clock))
    }

    @Test(
        "a leap is believed after hours of uptime, and after days when it is far ahead",
        arguments: [(7_200, 6), (500 * 86_400, 72), (-7_200, 6)]
    )
    func leap(seconds: Int, hours: Int) {
        let leap: Step = (.zero, .seconds(seconds))
        let before = observe([leap] + repeated([Self.anHour], hours - 1))
        let confirmed = Self.start + Self.hour * (hours - 1)
        #expect(before.time.confirmed == confirmed)
        #expect(before.time.past(at: before.clock) == min(before.clock, confirmed))
        #expect((before.time.problem(at: before.clock) != nil) == (hours == 72 || seconds < 0))
        let after = observe([leap] + repeated([Self.anHour], hours))
        #expect(after.time == ConfirmedTime(confirmed: after.clock))
        #expect(after.time.problem(at: after.clock) == nil)
    }

    @Test("a leap that is taken back is forgotten, however often it comes")
    func takenBack() {
        let year = Self.day * 365
        let wrongForAnHour: [Step] = [(.zero, year), Self.anHour, (.zero, year * -1), Self.anHour]
        let end = observe(repeated(wrongForAnHour, 100))
        #expect(end.time == ConfirmedTime(confirmed: end.clock))
    }

    @Test("with restarts again and again within the hour, the time goes on, and what was spent switched off counts")
    func restarts() {
        let start: Step = (.zero, .seconds(600))
        let minute: Step = (.seconds(60), .seconds(60))
        let end = observe(repeated([start] + repeated([minute], 20), 200))
        let past = end.time.past(at: end.clock) ?? Self.start
        #expect(past <= end.clock && end.clock - past < Self.hour * 12)
    }

    @Test(
        "the confirmed time outlives the process, and a clock that isn't believed is told",
        arguments: Engine.allCases
    )
    func reopened(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.observeClock(after: .zero).past == nil)
            fixture.clock.advance(by: 6 * 3_600)
            #expect(try await queue.observeClock(after: .seconds(6 * 3_600)).past == fixture.clock.now)
        }
        let seen = fixture.clock.now
        fixture.clock.advance(by: 500 * 86_400)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            let reading = try await queue.observeClock(after: .zero)
            #expect(reading.past == seen)
            #expect(reading.problem == .ahead(by: Self.day * 500, believedAfter: Self.hour * 72))
            #expect(try await queue.status().clockProblem == reading.problem)
        }
        fixture.clock.advance(by: -501 * 86_400)
        try await fixture.withQueue { (queue: ResponseQueue) async throws -> Void in
            #expect(try await queue.observeClock(after: .zero).problem == .behind(by: Self.day))
        }
    }

    @Test(
        "what is written while the clock is years behind isn't old when the clock is right again",
        arguments: Engine.allCases
    )
    func behind(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            _ = try await queue.observeClock(after: .zero)
            fixture.clock.advance(by: 6 * 3_600)
            let right = fixture.clock.now
            #expect(try await queue.observeClock(after: .seconds(6 * 3_600)).past == right)
            fixture.clock.advance(by: -20 * 365 * 86_400)
            _ = try await queue.accept([try submission(1), try submission(2)], quarantining: [draft("kept")])
            let claims = try await queue.claim(limit: 2)
            try await queue.settle([
                claims[0].verdict(.delivered(planhatID: nil)), claims[1].verdict(.park(reason: "no")),
            ])
            #expect(try await queue.removeReceipts(before: right) == 0)
            #expect(try await queue.eraseParked(before: right) == 0)
            #expect(try await queue.expireQuarantine(before: right) == 0)
        }
    }

    @Test(
        "what a clock that was years behind wrote before it was first confirmed isn't old either",
        arguments: Engine.allCases
    )
    func behindAtFirst(engine: Engine) async throws {
        let fixture = try QueueFixture(engine)
        try await fixture.withQueue { queue in
            fixture.clock.advance(by: -6 * 365 * 86_400)
            _ = try await queue.accept([try submission(1), try submission(2)], quarantining: [draft("kept")])
            let claims = try await queue.claim(limit: 2)
            try await queue.settle([
                claims[0].verdict(.delivered(planhatID: nil)), claims[1].verdict(.park(reason: "no")),
            ])
            _ = try await queue.observeClock(after: .zero)
            fixture.clock.advance(by: 6 * 365 * 86_400)
            #expect(try await queue.observeClock(after: .seconds(60)).past == nil)
            fixture.clock.advance(by: 6 * 3_600)
            let right = fixture.clock.now
            #expect(try await queue.observeClock(after: .seconds(6 * 3_600)).past == right)
            #expect(try await queue.removeReceipts(before: right) == 0)
            #expect(try await queue.eraseParked(before: right) == 0)
            #expect(try await queue.expireQuarantine(before: right) == 0)
        }
    }

    @Test("a file of an earlier version opens with all it holds, and has no confirmed time")
    func old() async throws {
        let fixture = try QueueFixture()
        try fixture.copy("queue-73a827a")
        try await fixture.withQueue { queue in
            let status = try await queue.status()
            #expect(status.accepted == 12 && status.balances && status.quarantined == 1)
            #expect(status.delivered == 4 && status.erased == 2 && status.parked == 1)
            #expect(try await queue.observeClock(after: .zero).past == nil)
        }
    }
}
