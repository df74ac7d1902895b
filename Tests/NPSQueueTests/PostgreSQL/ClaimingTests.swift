import Testing

@testable import NPSQueue

@Suite("What a lane claims")
struct ClaimingTests {
    private static let empty = CommittedState(books: Books(), shares: QuarantineShares(), time: ConfirmedTime())

    /// One that has claimed the sequence number 5 under term 7, at the time 1,000.
    private func claiming() -> Claiming {
        var claiming = Claiming()
        claiming.lead(7)
        claiming.interrupted()
        var state = Self.empty
        (state.claimed, state.latest) = ([5], Milliseconds(rawValue: 1_000))
        claiming.committed(state)
        return claiming
    }

    @Test("is nothing under no term, whoever forwards")
    func noTerm() {
        var claiming = Claiming()
        #expect(claiming.notice(3) == nil)
        #expect(claiming.term == nil)
        claiming.lead(nil)
        #expect(!claiming.owesInterruption)
        #expect(!claiming.observesClock(at: Milliseconds(rawValue: 0)))
    }

    @Test("begins with what another term was sending, and goes on when the same term is said again")
    func leading() {
        var claiming = claiming()
        claiming.lead(7)
        #expect(!claiming.owesInterruption)
        #expect(claiming.completing(Self.empty).claimed == [5])
        claiming.lead(8)
        #expect(claiming.owesInterruption && claiming.term == 8)
        #expect(claiming.completing(Self.empty).claimed.isEmpty)
        claiming.lead(nil)
        #expect(!claiming.owesInterruption && claiming.term == nil)
    }

    @Test("is another collector's affair once the database names another term", arguments: [8, nil] as [Int64?])
    func losing(present: Int64?) {
        var claiming = claiming()
        #expect(claiming.notice(7) == nil)
        #expect(claiming.term == 7)
        #expect(claiming.notice(present) == 7)
        #expect(claiming.term == nil)
        #expect(claiming.completing(Self.empty).claimed.isEmpty)
        #expect(claiming.notice(present) == nil)
    }

    @Test("has to be seen to when it is the first, and when the clock was set back")
    func clock() {
        var first = Claiming()
        first.lead(7)
        #expect(first.observesClock(at: Milliseconds(rawValue: 0)))
        let claiming = claiming()
        #expect(claiming.completing(Self.empty).latest == Milliseconds(rawValue: 1_000))
        #expect(!claiming.observesClock(at: Milliseconds(rawValue: 1_000)))
        #expect(!claiming.observesClock(at: Milliseconds(rawValue: 0)))
        #expect(claiming.observesClock(at: Milliseconds(rawValue: -1)))
    }
}
