import Testing

@testable import NPSQueue

@Suite("The lease")
struct LeaseTests {
    private static func at(_ milliseconds: Int) -> Duration { .milliseconds(milliseconds) }

    private static func sight(_ epoch: Int64, _ beat: Int64, isHeld: Bool = true) -> Lease.Sight {
        Lease.Sight(epoch: epoch, beat: beat, isHeld: isHeld)
    }

    /// Looks again and again as long as the row is like this. Returns when it wants to take it, in milliseconds.
    private func taking(_ lease: inout Lease, _ sight: Lease.Sight, from start: Int, failing: Set<Int> = []) -> Int? {
        var now = start
        while now < start + 60_000 {
            switch lease.next(at: Self.at(now)) {
            case .look: lease.saw(failing.contains(now) ? nil : sight, at: Self.at(now))
            case .take: return now
            case .beat: return nil
            case .wait(let date): now = Int((date / .milliseconds(1)).rounded())
            }
        }
        return nil
    }

    private func leader() -> Lease {
        var lease = Lease()
        lease.saw(Self.sight(1, 1, isHeld: false), at: .zero)
        lease.took(true, sentAt: .zero)
        lease.recovered()
        return lease
    }

    @Test("is taken at once when nobody has it, and after three seconds without a beat when somebody had")
    func taking() {
        var lease = Lease()
        #expect(taking(&lease, Self.sight(1, 1, isHeld: false), from: 0) == 0)
        var other = Lease()
        #expect(taking(&other, Self.sight(1, 1), from: 0) == 3_000)
    }

    @Test("isn't taken from somebody who beats, nor by somebody who couldn't look")
    func beating() {
        var lease = Lease()
        for beat in 0..<40 {
            let now = Self.at(beat * 750)
            #expect(lease.next(at: now) == .look)
            lease.saw(Self.sight(1, Int64(beat)), at: now)
        }
        var blind = Lease()
        #expect(taking(&blind, Self.sight(1, 1), from: 0, failing: [2_000]) == 5_250)
    }

    @Test("is trusted for 2.4 s from before a beat was sent, and not before the last leader's claims are dealt with")
    func trust() {
        var lease = Lease()
        lease.saw(Self.sight(1, 1, isHeld: false), at: .zero)
        lease.took(true, sentAt: Self.at(100))
        #expect(lease.isLeading && !lease.isTrusted(at: Self.at(200)))
        lease.recovered()
        #expect(lease.isTrusted(at: Self.at(2_499)) && !lease.isTrusted(at: Self.at(2_500)))
        #expect(lease.next(at: Self.at(200)) == .wait(until: Self.at(850)))
        #expect(lease.next(at: Self.at(850)) == .beat)
        // The answer came late.
        lease.beaten(.counted, sentAt: Self.at(850))
        #expect(lease.isTrusted(at: Self.at(3_249)) && !lease.isTrusted(at: Self.at(3_250)))
    }

    @Test("is suspended while beats don't get through, and goes on with one that does")
    func suspension() {
        var lease = leader()
        lease.beaten(.failed, sentAt: Self.at(750))
        #expect(lease.next(at: Self.at(1_000)) == .beat)
        #expect(lease.isLeading && !lease.isTrusted(at: Self.at(2_400)))
        lease.beaten(.counted, sentAt: Self.at(9_000))
        #expect(lease.isTrusted(at: Self.at(9_001)))
    }

    @Test("is over when somebody else has it, and then it is looked for again")
    func loss() {
        var lease = leader()
        lease.beaten(.refused, sentAt: Self.at(750))
        #expect(!lease.isLeading && !lease.isTrusted(at: Self.at(751)))
        #expect(lease.next(at: Self.at(751)) == .look)
        #expect(taking(&lease, Self.sight(2, 0), from: 751) == 3_751)
    }

    @Test("is taken at once by the one that wrote the row last, whose answer was lost or whose server was replaced")
    func own() {
        var lease = leader()
        lease.beaten(.refused, sentAt: Self.at(750))
        let sight = Lease.Sight(epoch: 1, beat: 3, isHeld: true, isOwn: true)
        #expect(taking(&lease, sight, from: 800) == 800)
    }

    @Test("who gives it back leaves it to others for a while")
    func resignation() {
        var lease = leader()
        lease.resigned(until: Self.at(120_000))
        #expect(!lease.isLeading && !lease.isTrusted(at: Self.at(1)))
        #expect(taking(&lease, Self.sight(2, 0, isHeld: false), from: 1_000) == nil)
        #expect(taking(&lease, Self.sight(2, 0, isHeld: false), from: 120_000) != nil)
    }

    @Test("a taking that others were faster with is no taking")
    func race() {
        var lease = Lease()
        lease.saw(Self.sight(1, 1, isHeld: false), at: .zero)
        lease.took(false, sentAt: .zero)
        #expect(!lease.isLeading)
        #expect(lease.next(at: Self.at(250)) == .look)
    }
}
