import TestSupport
import Testing

@testable import NPSServer

@Suite("The open form's rate limit")
struct ClientRateLimitTests {
    @Test("a client may send a burst, then one a second; another client is not held up")
    func burst() {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 3, perSecond: 1, now: { clock.instant })
        let ana = Peer(testing: "198.51.100.1")
        let bo = Peer(testing: "198.51.100.2")
        #expect((0..<3).allSatisfy { _ in limit.admission(for: ana) == .allowed })
        #expect(limit.admission(for: ana) == .wait(seconds: 1))
        #expect(limit.admission(for: bo) == .allowed)
        clock.advance(by: 1)
        #expect(limit.admission(for: ana) == .allowed)
        #expect(limit.admission(for: ana) == .wait(seconds: 1))
    }

    @Test("a client that goes on over its limit is refused unread after as many requests again")
    func farOver() {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 3, perSecond: 1, now: { clock.instant })
        let ana = Peer(testing: "198.51.100.1")
        let admissions = (0..<8).map { _ in limit.admission(for: ana) }
        let (allowed, wait) = (ClientRateLimit.Admission.allowed, ClientRateLimit.Admission.wait(seconds: 1))
        #expect(
            admissions == [allowed, allowed, allowed, wait, wait, wait, .refused(seconds: 1), .refused(seconds: 1)]
        )
        clock.advance(by: 1)
        #expect((0..<3).map { _ in limit.admission(for: ana) } == [allowed, wait, .refused(seconds: 1)])
    }

    @Test("what was done for a client is charged to it, with a debt of another burst at most; to ask costs nothing")
    func charged() {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 3, perSecond: 2, now: { clock.instant })
        let ana = Peer(testing: "198.51.100.1")
        for _ in 0..<10 { #expect(limit.delay(for: ana) == nil) }
        for _ in 0..<2 { limit.charge(ana) }
        #expect(limit.delay(for: ana) == nil)
        limit.charge(ana)
        #expect(limit.delay(for: ana) == 1)
        #expect(limit.delay(for: Peer(testing: "198.51.100.2")) == nil)
        for _ in 0..<100 { limit.charge(ana) }
        #expect(limit.delay(for: ana) == 2)
        clock.advance(by: 1)
        #expect(limit.delay(for: ana) == 1)
        clock.advance(by: 1)
        #expect(limit.delay(for: ana) == nil)
        let near = Peer(testing: "2001:db8::1")
        for _ in 0..<3 { limit.charge(near) }
        #expect(limit.delay(for: Peer(testing: "2001:db8::2")) == 1)
        #expect(limit.delay(for: Peer(testing: "2001:db8:0:1::1")) == nil)
    }

    @Test("a full table forgets the clients that came least recently, not everybody")
    func capacity() {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 1, perSecond: 1, capacity: 10, now: { clock.instant })
        func client(_ number: Int) -> Peer { Peer(testing: "10.0.0.\(number)") }
        for number in 0..<100 { #expect(limit.admission(for: client(number)) == .allowed) }
        #expect((95..<100).allSatisfy { limit.admission(for: client($0)) == .wait(seconds: 1) })
        #expect(limit.admission(for: client(0)) == .allowed)
    }

    @Test("a client that goes on while others come is not forgotten")
    func persistent() {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 1, perSecond: 1, capacity: 10, now: { clock.instant })
        let flooder = Peer(testing: "198.51.100.1")
        #expect(limit.admission(for: flooder) == .allowed)
        for number in 0..<100 {
            _ = limit.admission(for: Peer(testing: "10.0.0.\(number)"))
            #expect(limit.admission(for: flooder) != .allowed)
        }
    }

    @Test("a /64 of IPv6 is one client, a /56 is two and a /48 is four", arguments: [(64, 3), (56, 6), (48, 12)])
    func networks(length: Int, allowed: Int) {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 3, perSecond: 1, now: { clock.instant })
        let admissions = (1...40).map { number in
            let address =
                switch length {
                case 64: "2001:db8:1:1::\(number)"
                case 56: "2001:db8:1:1\(String(16 + number, radix: 16))::1"
                default: "2001:db8:1:\(String(256 * number, radix: 16))::1"
                }
            return limit.admission(for: Peer(testing: address))
        }
        #expect(admissions.count { $0 == .allowed } == allowed)
        #expect(limit.admission(for: Peer(testing: "2001:db8:2::1")) == .allowed)
    }

    @Test("as it comes, 300 people behind one address may answer within a minute")
    func company() {
        let clock = TestClock()
        let limit = ClientRateLimit(now: { clock.instant })
        let office = Peer(testing: "198.51.100.1")
        #expect((0..<300).allSatisfy { _ in limit.admission(for: office) == .allowed })
        #expect(limit.admission(for: office) == .wait(seconds: 1))
        clock.advance(by: 60)
        #expect((0..<300).allSatisfy { _ in limit.admission(for: office) == .allowed })
    }

    @Test("a link is counted by itself")
    func link() {
        let clock = TestClock()
        let limit = ClientRateLimit.ofLinks(now: { clock.instant })
        #expect((0..<60).allSatisfy { _ in limit.admission(forLink: "ana's") == .allowed })
        #expect(limit.admission(forLink: "ana's") == .wait(seconds: 1))
        #expect((0..<1_000).allSatisfy { limit.admission(forLink: "link \($0)") == .allowed })
    }

    @Test("those without an address share one limit, and those that a Unix socket's proxy doesn't name another")
    func withoutAddress() {
        let clock = TestClock()
        let limit = ClientRateLimit(burst: 1, now: { clock.instant })
        #expect(limit.admission(for: .unixSocket) == .allowed)
        #expect(limit.admission(for: .unixSocket) == .wait(seconds: 1))
        #expect(limit.admission(for: .unknown) == .allowed)
        #expect(limit.admission(for: .unknown) == .wait(seconds: 1))
    }
}
