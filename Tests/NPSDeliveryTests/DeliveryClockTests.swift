import Foundation
import NPSDelivery
import Testing

@Suite("The machine's clock", .timeLimit(.minutes(1)))
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
        let (rings, ring) = AsyncStream.makeStream(of: String.self)
        let silence = DeliveryClock.system.alarm(Date(timeIntervalSinceNow: 0.05)) { ring.yield("called off") }
        silence()
        let later = DeliveryClock.system.alarm(Date(timeIntervalSinceNow: 0.1)) { ring.yield("later") }
        #expect(await rings.first { _ in true } == "later")
        later()
    }
}
