import NIOCore
import NIOEmbedded
import Testing

@testable import NPSServer

@Suite("A connection's timer")
struct DeadlineTimerTests {
    @Test("fires once, and is set again in place of what was set before")
    func setting() {
        let loop = EmbeddedEventLoop()
        var timer = DeadlineTimer()
        var fired: [Int] = []
        #expect(timer.firesAt == nil)
        timer.set(to: loop.now + .seconds(10), on: loop) { fired.append(1) }
        timer.set(to: loop.now + .seconds(5), on: loop) { fired.append(2) }
        #expect(timer.firesAt == loop.now + .seconds(5))
        loop.advanceTime(by: .seconds(20))
        #expect(fired == [2])
        timer.fired()
        #expect(timer.firesAt == nil)
    }

    @Test("doesn't fire after it was cancelled")
    func cancelling() {
        let loop = EmbeddedEventLoop()
        var timer = DeadlineTimer()
        var hasFired = false
        timer.set(to: loop.now + .seconds(5), on: loop) { hasFired = true }
        timer.cancel()
        #expect(timer.firesAt == nil)
        loop.advanceTime(by: .seconds(20))
        #expect(!hasFired)
    }
}
