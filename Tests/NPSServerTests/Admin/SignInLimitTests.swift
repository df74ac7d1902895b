import TestSupport
import Testing

@testable import NPSServer

@Suite("The limit of attempts to sign in")
struct SignInLimitTests {
    private let clock = TestClock()
    private let limit: SignInLimit
    private let ana = Peer(testing: "198.51.100.1")
    private let bo = Peer(testing: "198.51.100.2")

    init() {
        limit = SignInLimit(now: { [clock] in clock.instant })
    }

    /// Each time with another mistake.
    private func wrong(_ client: Peer) -> SignInLimit.Outcome { wrong(client, trying: .random(in: 1 ... .max)) }

    private func wrong(_ client: Peer, trying attempt: Int) -> SignInLimit.Outcome {
        limit.outcome(for: client, trying: attempt) { false }
    }

    private func right(_ client: Peer) -> SignInLimit.Outcome { limit.outcome(for: client, trying: 0) { true } }

    @Test("a client may be wrong ten times, and then once in six seconds; nothing is compared in between")
    func burst() {
        #expect((0..<10).allSatisfy { _ in wrong(ana) == .wrong })
        for _ in 0..<3 {
            let outcome = limit.outcome(for: ana, trying: 0) {
                Issue.record("it was compared")
                return true
            }
            #expect(outcome == .unheard(seconds: 6))
        }
        clock.advance(by: 5)
        #expect(right(ana) == .unheard(seconds: 1))
        clock.advance(by: 1)
        #expect(wrong(ana) == .wrong)
        #expect(wrong(ana) == .unheard(seconds: 6))
        clock.advance(by: 60)
        #expect((0..<10).allSatisfy { _ in wrong(ana) == .wrong })
        #expect(wrong(ana) == .unheard(seconds: 6))
    }

    @Test("who is right isn't counted, and nobody is held up by one client's mistakes")
    func others() {
        #expect((0..<1_000).allSatisfy { _ in right(ana) == .right })
        #expect((0..<30).map { _ in wrong(bo) }.count { $0 == .wrong } == 10)
        #expect(right(ana) == .right)
        #expect(right(Peer(testing: "198.51.100.3")) == .right)
    }

    @Test("programs that keep on with an old token don't keep others out")
    func repeated() {
        for _ in 0..<1_000 { for attempt in 1...4 { #expect(wrong(ana, trying: attempt) == .wrong) } }
        #expect(right(ana) == .right)
        // Six more mistakes are heard, and afterwards the old ones are still only wrong.
        #expect((0..<10).map { _ in wrong(ana) }.count { $0 == .wrong } == 6)
        #expect(right(ana) == .unheard(seconds: 6))
        let last = 7
        clock.advance(by: 6)
        #expect(wrong(ana, trying: last) == .wrong)
        #expect(wrong(ana, trying: last) == .wrong)
        #expect(right(ana) == .unheard(seconds: 6))
    }

    @Test("many clients together are held up as well, but not who was right lately")
    func together() {
        #expect(right(ana) == .right)
        let guesses = (0..<40).flatMap { client in (0..<5).map { _ in wrong(Peer(testing: "203.0.113.\(client)")) } }
        #expect(guesses.count { $0 == .wrong } == 100)
        #expect(wrong(bo) == .unheard(seconds: 1))
        #expect(right(ana) == .right)
        // Not even that one may guess without end.
        #expect((0..<20).map { _ in wrong(ana) }.count { $0 == .wrong } == 10)
        clock.advance(by: 6)
        #expect(right(bo) == .right)
        clock.advance(by: 86_400)
        #expect((0..<25).map { wrong(Peer(testing: "203.0.113.\($0)")) }.allSatisfy { $0 == .wrong })
    }

    @Test("an IPv6 client has one limit for its network, and a wider network not much more")
    func networks() {
        let guesses = (0..<20).map { wrong(Peer(testing: "2001:db8::\($0)")) }
        #expect(guesses.count { $0 == .wrong } == 10)
        // A /56 has twice as much, and a /48 four times.
        let wider = (1..<200).map { wrong(Peer(testing: "2001:db8:0:\(String($0, radix: 16))::1")) }
        #expect(wider.count { $0 == .wrong } == 10)
        let widest = (0x100..<0x400).map { wrong(Peer(testing: "2001:db8:0:\(String($0, radix: 16))::1")) }
        #expect(widest.count { $0 == .wrong } == 20)
    }

    @Test("the mistakes of IPv6 neighbours don't hold up who was right lately, whose own do")
    func neighbours() {
        let known = Peer(testing: "2001:db8:0:1::1")
        let stranger = Peer(testing: "2001:db8:0:2::1")
        #expect(right(known) == .right)
        for network in 0x3..<0x300 { _ = wrong(Peer(testing: "2001:db8:0:\(String(network, radix: 16))::1")) }
        #expect(right(stranger) != .right)
        #expect(right(known) == .right)
        #expect((0..<20).map { _ in wrong(known) }.count { $0 == .wrong } == 10)
        #expect(right(known) == .unheard(seconds: 6))
    }

    @Test("many requests at once get no more tries than as many in a row")
    func concurrency() async {
        let limit = SignInLimit(now: { [clock] in clock.instant })
        let heard = await withTaskGroup(of: Bool.self) { group in
            for attempt in 1...500 {
                group.addTask { [ana] in limit.outcome(for: ana, trying: attempt) { false } == .wrong }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(heard == 10)
    }
}
