import Foundation
import NPSDelivery
import Testing

@Suite("How fast it goes")
struct ThroughputTests {
    private let start = Date(timeIntervalSince1970: 1_700_000_000)

    private func after(_ seconds: TimeInterval) -> Date { start.addingTimeInterval(seconds) }

    @Test("what was delivered within the last minute is counted, nothing older")
    func window() {
        var throughput = Throughput()
        throughput.add(100, at: start)
        throughput.add(0, at: after(1))
        throughput.add(50, at: after(30))
        throughput.add(5, at: after(30.9))
        #expect(throughput.progress(at: after(59.9)).lastMinute == 155)
        #expect(throughput.progress(at: after(60)).lastMinute == 55)
        #expect(throughput.progress(at: after(90)).lastMinute == 0)
        #expect(throughput.progress(at: after(90)).perSecond == 0)
    }

    @Test("the pace is that since the first delivery, so that a fresh backlog has an estimate soon")
    func pace() {
        var throughput = Throughput()
        #expect(throughput.progress(at: start).perSecond == 0)
        throughput.add(100, at: start)
        #expect(throughput.progress(at: start).perSecond == 100)
        throughput.add(100, at: after(9))
        #expect(throughput.progress(at: after(9)).perSecond == 20)
    }

    @Test("a clock that is set back forgets, and traps nowhere", arguments: [-1, -86_400, -1e300, 1e300])
    func clock(seconds: TimeInterval) {
        var throughput = Throughput()
        throughput.add(100, at: start)
        throughput.add(7, at: after(seconds))
        #expect(throughput.progress(at: after(seconds)).lastMinute == 7)
    }
}
