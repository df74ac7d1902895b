import TestSupport
import Testing

@testable import NPSServer

@Suite("The open form's rate limit")
struct ClientRateLimitTests {
    @Test("a client may send a burst, then one a second; another client is not held up")
    func burst() throws {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 3, perSecond: 1, now: { clock.instant })
        let ana = try #require(IPAddress("198.51.100.1"))
        let bo = try #require(IPAddress("198.51.100.2"))
        #expect((0..<3).allSatisfy { _ in limit.admission(for: ana) == .allowed })
        #expect(limit.admission(for: ana) == .wait(seconds: 1))
        #expect(limit.admission(for: bo) == .allowed)
        clock.advance(by: 1)
        #expect(limit.admission(for: ana) == .allowed)
        #expect(limit.admission(for: ana) == .wait(seconds: 1))
    }

    @Test("a client that goes on over its limit is refused unread after as many requests again")
    func farOver() throws {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 3, perSecond: 1, now: { clock.instant })
        let ana = try #require(IPAddress("198.51.100.1"))
        let admissions = (0..<8).map { _ in limit.admission(for: ana) }
        let (allowed, wait) = (ClientRateLimit.Admission.allowed, ClientRateLimit.Admission.wait(seconds: 1))
        #expect(
            admissions == [allowed, allowed, allowed, wait, wait, wait, .refused(seconds: 1), .refused(seconds: 1)]
        )
        clock.advance(by: 1)
        #expect((0..<3).map { _ in limit.admission(for: ana) } == [allowed, wait, .refused(seconds: 1)])
    }

    @Test("the table of clients never outgrows its capacity")
    func capacity() throws {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 1, perSecond: 1, capacity: 10, now: { clock.instant })
        for number in 0..<100 {
            let text = "10.0.0." + String(number)
            let client = try #require(IPAddress(text))
            #expect(limit.admission(for: client) == .allowed)
        }
    }

    @Test("nobody known is nobody limited")
    func unknown() {
        let limit = ClientRateLimit(burst: 1)
        #expect((0..<5).allSatisfy { _ in limit.admission(for: nil) == .allowed })
    }
}
