import Testing

@testable import NPSQueue

@Suite("A collector's candidacy")
struct CandidacyTests {
    private static func at(_ milliseconds: Int) -> Duration { .milliseconds(milliseconds) }

    private static func found(_ term: Int64, by holder: String?, epoch: Int64 = 1) -> LeaseRow.Found {
        LeaseRow.Found(epoch: epoch, beat: 1, term: term, holder: holder)
    }

    private func standing() -> Candidacy {
        var candidacy = Candidacy(name: "a", grace: 90)
        candidacy.begin(standing: true)
        return candidacy
    }

    /// One that has just taken a lease that nobody had, under term 7.
    private func leading(mayLackClaims: Bool = false) -> Candidacy {
        var candidacy = standing()
        _ = candidacy.saw(Self.found(1, by: nil), at: .zero)
        candidacy.asks(with: 7)
        candidacy.took(LeaseRow.Taken(mayLackClaims: mayLackClaims), sentAt: .zero)
        return candidacy
    }

    /// One that may send until 2.4 s.
    private func forwarding() -> Candidacy {
        var candidacy = leading()
        _ = candidacy.beginRecovery(at: .zero)
        candidacy.recovered(7, true)
        return candidacy
    }

    @Test("that doesn't stand looks for nothing, until it does")
    func notStanding() {
        var candidacy = Candidacy(name: "a", grace: 90)
        candidacy.begin(standing: false)
        #expect(candidacy.next(at: Self.at(100)) == .wait(until: Self.at(5_100)))
        candidacy.begin(standing: true)
        #expect(candidacy.next(at: Self.at(100)) == .look)
        // Whoever begins again doesn't stop it.
        candidacy.begin(standing: false)
        #expect(candidacy.next(at: Self.at(100)) == .look)
    }

    @Test("is said at once, then every five seconds, and as the first until the others know")
    func signs() {
        var candidacy = standing()
        #expect(candidacy.sign(at: .zero) == Candidacy.Sign(stands: true, isFirst: true))
        candidacy.signed(false, at: .zero)
        #expect(candidacy.sign(at: Self.at(4_999)) == nil)
        #expect(candidacy.sign(at: Self.at(5_000))?.isFirst == true)
        candidacy.signed(true, at: Self.at(5_000))
        #expect(candidacy.hasSigned)
        #expect(candidacy.sign(at: Self.at(10_000)) == Candidacy.Sign(stands: true, isFirst: false))
        candidacy.signed(false, at: Self.at(10_000))
        #expect(candidacy.hasSigned)
    }

    @Test("names another leader once, and neither itself nor what it was before it was restarted")
    func news() {
        var candidacy = standing()
        #expect(candidacy.saw(Self.found(1, by: "b"), at: .zero) == "b")
        #expect(candidacy.saw(Self.found(1, by: "b"), at: Self.at(250)) == nil)
        #expect(candidacy.saw(nil, at: Self.at(500)) == nil)
        #expect(candidacy.saw(Self.found(2, by: "c"), at: Self.at(750)) == "c")
        #expect(candidacy.saw(Self.found(3, by: "a"), at: Self.at(1_000)) == nil)
        candidacy.asks(with: 7)
        candidacy.took(nil, sentAt: Self.at(1_000))
        #expect(candidacy.saw(Self.found(7, by: "a"), at: Self.at(1_250)) == nil)
    }

    @Test("takes at once what its own lost answer gave it")
    func lostAnswer() {
        var candidacy = standing()
        _ = candidacy.saw(Self.found(1, by: nil), at: .zero)
        candidacy.asks(with: 7)
        candidacy.took(nil, sentAt: .zero)
        #expect(candidacy.next(at: Self.at(250)) == .look)
        _ = candidacy.saw(Self.found(7, by: "a", epoch: 2), at: Self.at(250))
        let sight = Lease.Sight(epoch: 2, beat: 1, isHeld: true, isOwn: true)
        #expect(candidacy.next(at: Self.at(250)) == .take(sight))
    }

    @Test("may send only once what the last leader left is dealt with, which one at a time does")
    func recovery() {
        var candidacy = leading()
        #expect(candidacy.leave(for: 7, at: .zero) == .suspended)
        #expect(candidacy.beginSending(under: 7, at: .zero) == nil)
        #expect(candidacy.beginRecovery(at: .zero) == Candidacy.Recovery(term: 7, owesNote: false))
        #expect(candidacy.beginRecovery(at: .zero) == nil)
        candidacy.recovered(7, false)
        #expect(candidacy.leave(for: 7, at: .zero) == .suspended)
        #expect(candidacy.beginRecovery(at: .zero) != nil)
        candidacy.recovered(6, true)
        #expect(candidacy.leave(for: 7, at: .zero) == .suspended)
        candidacy.recovered(7, true)
        #expect(candidacy.isForwarding(at: .zero))
        #expect(candidacy.leave(for: 7, at: .zero) == .given)
        #expect(candidacy.beginRecovery(at: .zero) == nil)
    }

    @Test("waits for claims that may be missing, and owes the database a note until that is written")
    func missingClaims() {
        var candidacy = leading(mayLackClaims: true)
        #expect(candidacy.replacements == 1)
        #expect(candidacy.beginRecovery(at: Self.at(89_999)) == nil)
        #expect(candidacy.beginRecovery(at: Self.at(90_000)) == Candidacy.Recovery(term: 7, owesNote: true))
        candidacy.recovered(7, false)
        #expect(candidacy.beginRecovery(at: Self.at(90_000))?.owesNote == true)
        candidacy.noted()
        candidacy.recovered(7, false)
        #expect(candidacy.beginRecovery(at: Self.at(90_000))?.owesNote == false)
    }

    @Test("taken whoever had it waits for nothing, and leaves the rest to whoever took it")
    func atOnce() {
        var candidacy = Candidacy(name: "a", grace: 90)
        let sight = candidacy.disregards(Self.found(1, by: "b"), at: .zero)
        #expect(!sight.isHeld)
        candidacy.asks(with: 7)
        candidacy.took(nil, sentAt: .zero)
        #expect(candidacy.leadsAtOnce() == nil)
        _ = candidacy.disregards(Self.found(1, by: "b"), at: .zero)
        candidacy.asks(with: 8)
        candidacy.took(LeaseRow.Taken(mayLackClaims: true), sentAt: .zero)
        #expect(candidacy.leadsAtOnce() == 8)
        #expect(candidacy.beginRecovery(at: .zero) == nil)
        candidacy.recovered(8, true)
        #expect(candidacy.isForwarding(at: .zero))
    }

    @Test("gives leave under its own term, suspends it while no beat gets through, and ends it with the term")
    func leave() {
        var candidacy = forwarding()
        #expect(candidacy.leave(for: 6, at: .zero) == .lost)
        #expect(candidacy.leave(for: nil, at: .zero) == .lost)
        #expect(candidacy.leave(for: 7, at: Self.at(2_400)) == .suspended)
        candidacy.beaten(.counted, sentAt: Self.at(3_000))
        #expect(candidacy.leave(for: 7, at: Self.at(3_001)) == .given)
        candidacy.lost(6, at: Self.at(3_001))
        #expect(candidacy.leave(for: 7, at: Self.at(3_001)) == .given)
        candidacy.lost(7, at: Self.at(3_001))
        #expect(candidacy.leave(for: 7, at: Self.at(3_001)) == .lost)
    }

    @Test("lets no request begin when another collector may lead, nor lives until then to do so")
    func killing() throws {
        var candidacy = forwarding()
        let answer = candidacy.beginSending(under: 7, at: Self.at(100))
        let limit = try #require(answer)
        #expect(limit == Self.at(2_900))
        // The row is unchanged since the lease was taken, at zero.
        #expect(limit < Lease.Times().ttl)
        #expect(candidacy.beginSending(under: 7, at: Self.at(2_400)) == nil)
        #expect(candidacy.beginSending(under: 6, at: Self.at(100)) == nil)
    }

    @Test("that is lost is sought again when its last request is over")
    func lastRequest() {
        var candidacy = forwarding()
        _ = candidacy.beginSending(under: 7, at: .zero)
        #expect(candidacy.next(at: Self.at(750)) == .beat)
        candidacy.beaten(.refused, sentAt: Self.at(750))
        #expect(candidacy.next(at: Self.at(750)) == .wait(until: Self.at(1_000)))
        candidacy.endSending()
        #expect(candidacy.next(at: Self.at(750)) == .look)
    }

    @Test("that is given back sends nothing meanwhile, abstains as long as it said, and tells the others at once")
    func givingBack() {
        var candidacy = forwarding()
        candidacy.signed(true, at: .zero)
        #expect(candidacy.beginGivingBack() == 7)
        #expect(candidacy.leave(for: 7, at: .zero) == .suspended)
        #expect(candidacy.beginSending(under: 7, at: .zero) == nil)
        candidacy.gaveBack(true, abstaining: .seconds(30), at: Self.at(100))
        #expect(candidacy.leave(for: 7, at: Self.at(100)) == .lost)
        #expect(candidacy.sign(at: Self.at(100)) == Candidacy.Sign(stands: false, isFirst: false))
        _ = candidacy.saw(Self.found(7, by: nil), at: Self.at(100))
        #expect(candidacy.next(at: Self.at(20_000)) == .look)
        _ = candidacy.saw(Self.found(7, by: nil), at: Self.at(30_100))
        #expect(candidacy.sign(at: Self.at(30_100))?.stands == true)
        guard case .take = candidacy.next(at: Self.at(30_100)) else {
            Issue.record("It doesn't take the lease again.")
            return
        }
    }

    @Test("that nobody else wants goes on")
    func keeping() {
        var candidacy = forwarding()
        #expect(candidacy.beginGivingBack() == 7)
        candidacy.gaveBack(false, abstaining: .seconds(30), at: .zero)
        #expect(candidacy.leave(for: 7, at: .zero) == .given)
        #expect(candidacy.beginSending(under: 7, at: .zero) != nil)
        var other = standing()
        #expect(other.beginGivingBack() == nil)
    }

    @Test("tells of a database that can't be asked once, and once that it is over")
    func failing() {
        var failing = LeaseLink.Failing()
        #expect(failing.succeed(writing: true) == false)
        #expect(failing.fail(writing: true) == true)
        #expect(failing.fail(writing: false) == false)
        // It tells who forwards, and takes no beat.
        #expect(failing.succeed(writing: false) == false)
        #expect(failing.isAny)
        #expect(failing.fail(writing: false) == false)
        #expect(failing.succeed(writing: true) == true)
        #expect(!failing.isAny)
        #expect(failing.fail(writing: false) == true)
        #expect(failing.succeed(writing: false) == true)
        #expect(!failing.isAny)
    }
}
