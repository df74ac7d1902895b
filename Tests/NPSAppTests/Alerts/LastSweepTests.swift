import TestSupport
import Testing

@testable import NPSApp

@Suite("When all that is old was last removed")
struct LastSweepTests {
    @Test("is counted from the start, and anew from each time")
    func age() {
        let clock = TestClock()
        let sweep = LastSweep(now: { clock.instant })
        #expect(sweep.age == .zero)
        clock.advance(by: 90)
        #expect(sweep.age == .seconds(90))
        sweep.note()
        #expect(sweep.age == .zero)
        clock.advance(by: 5)
        #expect(sweep.age == .seconds(5))
    }
}
