import Foundation
import TestSupport
import Testing

@testable import NPSDelivery

@Suite("The machine's clock", .hangGuard)
struct DeliveryClockTests {
    @Test("an alarm rings, also one that is overdue", arguments: [0.01, 0, -5, -1e300])
    func rings(seconds: TimeInterval) async {
        let (rings, ring) = AsyncStream.makeStream(of: Void.self)
        let silence = DeliveryClock.system.alarm(Date(timeIntervalSinceNow: seconds)) { ring.yield() }
        #expect(await rings.first { true } != nil)
        silence()
    }

    @Test("an alarm that is called off doesn't ring")
    func calledOff() async {
        var seconds = 0.05
        while await !isCalledOffInTime(seconds) { seconds *= 2 }
    }

    /// False when the machine was so slow that the alarm may have rung before it was called off, which shows nothing.
    private func isCalledOffInTime(_ seconds: TimeInterval) async -> Bool {
        let (rings, ring) = AsyncStream.makeStream(of: String.self)
        let date = Date(timeIntervalSinceNow: seconds)
        let silence = DeliveryClock.system.alarm(date) { ring.yield("called off") }
        silence()
        guard Date() < date else { return false }
        let later = DeliveryClock.system.alarm(date.addingTimeInterval(seconds)) { ring.yield("later") }
        #expect(await rings.first { _ in true } == "later")
        later()
        return true
    }

    @Test(
        "no wait is longer than a minute, whatever the queue said",
        arguments: [(nil, 60), (-5, 0), (0, 0), (0.5, 0.5), (60, 60), (61, 60), (1e12, 60)]
            as [(TimeInterval?, TimeInterval)]
    )
    func longestWait(dueAfter: TimeInterval?, seconds: TimeInterval) {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        #expect(DeliveryClock.wait(until: dueAfter.map { now.addingTimeInterval($0) }, at: now) == seconds)
    }
}
