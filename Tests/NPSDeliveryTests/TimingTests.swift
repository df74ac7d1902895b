import Foundation
import NPSDelivery
import PlanhatAPI
import Testing

@Suite("When the next request may go")
struct TimingTests {
    private let start = Date(timeIntervalSince1970: 1_700_000_000)

    @Test(
        "backoff doubles from its base to its limit",
        arguments: zip([1, 2, 3, 9, 10, 64], [1.0, 2, 4, 256, 300, 300])
    )
    func ceilings(failures: Int, seconds: TimeInterval) {
        #expect(Backoff(base: 1, limit: 300).ceiling(failures: failures) == seconds)
    }

    @Test("jitter is full: from nothing to the ceiling", arguments: [0, 0.25, 0.999])
    func jitter(fraction: Double) {
        #expect(Backoff(base: 1, limit: 300).delay(failures: 4, fraction: fraction) == 8 * fraction)
    }

    @Test("a queue that fails is asked after growing waits, a minute at most, and the first failure is told")
    func queueBackoff() {
        var backoff = QueueBackoff()
        #expect(backoff.ready < start)
        let waits = (1...8).map { number in
            let isFirst = backoff.failed(at: start, fraction: 1)
            #expect(isFirst == (number == 1))
            return backoff.ready.timeIntervalSince(start)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60])
        backoff.notice(start.addingTimeInterval(-86_400))
        #expect(backoff.ready <= start.addingTimeInterval(60 - 86_400))
        backoff.succeeded()
        let isFirst = backoff.failed(at: start, fraction: 1)
        #expect(isFirst)
    }

    @Test("the first request goes at once, the next after its share of the minute")
    func pace() {
        var pace = Pace(requestsPerMinute: 150)
        #expect(pace.ready(at: start) == start)
        pace.spend(at: start)
        #expect(pace.ready(at: start) == start.addingTimeInterval(0.4))
        #expect(pace.ready(at: start.addingTimeInterval(3)) < start.addingTimeInterval(3))
    }

    @Test(
        "below a fifth of the API's limit the pace slows down, a minute at most",
        arguments: zip([200, 40, 20, 1, 0, -3], [0.4, 0.4, 0.8, 16, 32, 32])
    )
    func quota(remaining: Int, seconds: TimeInterval) {
        var pace = Pace(requestsPerMinute: 150)
        pace.spend(at: start)
        pace.observe(Pace.Quota(limit: 200, remaining: remaining))
        #expect(pace.ready(at: start) == start.addingTimeInterval(seconds))
        pace.observe(nil)
        #expect(pace.ready(at: start) == start.addingTimeInterval(0.4))
    }

    @Test("a clock that is set back a year delays nothing by a year")
    func clockSetBack() {
        let earlier = start.addingTimeInterval(-365 * 86_400)
        var pace = Pace(requestsPerMinute: 150)
        pace.spend(at: start)
        #expect(pace.ready(at: earlier) <= earlier.addingTimeInterval(0.4))
        var breaker = CircuitBreaker()
        _ = breaker.failed("down", at: start, fraction: 0.5)
        #expect(breaker.ready(at: earlier) <= earlier.addingTimeInterval(900))
    }

    @Test("after a clock was set back, delivery goes on by the clock as it is", arguments: [false, true])
    func planAfterClockSetBack(isIdle: Bool) {
        var plan = DeliveryPlan(configuration: DeliveryPlan.Configuration()) { 0.5 }
        guard case .claim = plan.next(at: start) else {
            Issue.record("nothing was to be claimed")
            return
        }
        if isIdle {
            plan.found([], nextDue: start.addingTimeInterval(1), at: start)
        } else {
            _ = plan.queueFailed(at: start)
        }
        let earlier = start.addingTimeInterval(-365 * 86_400)
        _ = plan.next(at: earlier)
        guard case .claim = plan.next(at: earlier.addingTimeInterval(61)) else {
            Issue.record("it still waits for the former clock")
            return
        }
    }

    @Test("a pace and a breaker that noticed a clock set back are ready after their usual waits")
    func noticedClock() {
        let earlier = start.addingTimeInterval(-365 * 86_400)
        var pace = Pace(requestsPerMinute: 150)
        pace.spend(at: start)
        pace.notice(earlier)
        #expect(pace.ready(at: earlier.addingTimeInterval(0.5)) <= earlier.addingTimeInterval(0.5))
        var breaker = CircuitBreaker()
        _ = breaker.failed("down", at: start, fraction: 0.5)
        breaker.notice(earlier)
        #expect(breaker.ready(at: earlier.addingTimeInterval(901)) <= earlier.addingTimeInterval(901))
    }

    @Test("a refusal is probed slowly: 30 s, doubling to 5 min")
    func probes() {
        var breaker = CircuitBreaker()
        let waits = (1...6).map { _ in breaker.refused("no", at: start).timeIntervalSince(start) }
        #expect(waits == [30, 60, 120, 240, 300, 300])
    }

    @Test("a 429 without Retry-After waits a minute, then two")
    func rateLimit() {
        var breaker = CircuitBreaker()
        let waits = (1...3).map { _ in breaker.limited(retryAfter: nil, at: start).timeIntervalSince(start) }
        #expect(waits == [60, 120, 120])
    }

    @Test(
        "Retry-After is believed within reason",
        arguments: zip([17, 0, -5, 86_400] as [TimeInterval], [17, 1, 1, 900] as [TimeInterval])
    )
    func retryAfter(told: TimeInterval, waited: TimeInterval) {
        var breaker = CircuitBreaker()
        let until = breaker.limited(retryAfter: told, at: start)
        #expect(until.timeIntervalSince(start) == waited)
    }

    @Test("a Retry-After that is always too short is believed twice")
    func shortRetryAfter() {
        var breaker = CircuitBreaker()
        let waits = (1...11).map { _ in breaker.limited(retryAfter: 0, at: start).timeIntervalSince(start) }
        #expect(waits == [1, 1, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        breaker.gotThrough()
        let anew = breaker.limited(retryAfter: 0, at: start)
        #expect(anew == start.addingTimeInterval(1))
        let told = (1...5).map { _ in breaker.limited(retryAfter: 900, at: start).timeIntervalSince(start) }
        #expect(told == [900, 900, 900, 900, 900])
    }

    @Test("an outage that always answers Retry-After: 0 is asked seldom", arguments: [429, 503])
    func outageWithRetryAfter(status: Int) throws {
        let queue = MemoryQueue(try claims(0..<200), batchSize: 100)
        let end = queue.start.addingTimeInterval(3_600)
        try queue.deliver { batch in
            guard queue.delivery.now < end else { return .bulk(naming: batch.claims) }
            return .failed(status == 429 ? .rateLimited(retryAfter: 0) : .unavailable(retryAfter: 0))
        }
        #expect(queue.delivered.count == 200)
        #expect(queue.requests.count <= 40)
    }

    @Test("every other probe with one response takes the newest; whole batches take it where answers tell about each")
    func probeOrder() {
        var breaker = CircuitBreaker()
        let orders = (1...4).map { _ in
            _ = breaker.failed("down", at: start, fraction: 1)
            return breaker.probesNewest
        }
        #expect(orders == [false, true, false, true])
        _ = breaker.refused("no", toldEach: true, at: start)
        #expect(breaker.probesNewest)
        #expect(!breaker.probesWithOne)
        _ = breaker.failed("down", isUnreached: true, at: start, fraction: 1)
        #expect(!breaker.probesNewest)
        breaker.gotThrough()
        #expect(!breaker.probesNewest)
    }

    @Test("a refusal that meets others than before is probed after no longer wait")
    func news() {
        var breaker = CircuitBreaker()
        let waits = [true, true, false, false, true].map { isNews in
            breaker.refused("no", isNews: isNews, at: start).timeIntervalSince(start)
        }
        #expect(waits == [30, 30, 60, 120, 30])
    }

    @Test("the time of the first refusal is kept while it repeats, and an answer ends it")
    func since() {
        var breaker = CircuitBreaker()
        _ = breaker.refused("no", at: start)
        _ = breaker.refused("no", at: start.addingTimeInterval(30))
        let until = start.addingTimeInterval(90)
        #expect(breaker.state == .paused(until: until, sentence: "no", since: start))
        #expect(breaker.isProbing)
        breaker.gotThrough()
        #expect(breaker.state == .closed)
        #expect(!breaker.isProbing)
    }

    @Test("a refusal after an outage is probed from the beginning, and the other way round")
    func kinds() {
        var breaker = CircuitBreaker()
        for _ in 1...5 { _ = breaker.failed("down", at: start, fraction: 1) }
        let probe = breaker.refused("no", at: start)
        #expect(probe.timeIntervalSince(start) == 30)
        let retry = breaker.failed("down", at: start, fraction: 1)
        #expect(retry.timeIntervalSince(start) == 1)
    }
}
