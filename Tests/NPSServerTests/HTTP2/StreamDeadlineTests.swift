import NIOCore
import Testing

@testable import NPSServer

@Suite("How long a request on a stream may take")
struct StreamDeadlineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let limits = ConnectionLimits()

    @Test("a body that drips has ten seconds, one that comes at 500 bytes a second all of a request's time")
    func body() {
        var state = StreamDeadline(limits: limits, now: start)
        #expect(state.deadline == start + .seconds(10))
        #expect(state.missed == .slowBody)
        state.bodyArrived(500, holding: 500, at: start + .seconds(5))
        #expect(state.deadline == start + .seconds(11))
        state.bodyArrived(20_000, holding: 20_500, at: start + .seconds(6))
        #expect(state.deadline == start + .seconds(30))
    }

    @Test("whoever makes the server hold more than a small body has to go on sending")
    func large() {
        var state = StreamDeadline(limits: limits, now: start)
        state.bodyArrived(BodyBudget.small + 1, holding: BodyBudget.small + 1, at: start + .seconds(1))
        #expect(state.deadline == start + .seconds(1) + limits.bodyPause)
    }

    @Test("a whole request has to be answered, and the answer taken, each in its time")
    func answer() {
        var state = StreamDeadline(limits: limits, now: start)
        state.requestEnd(at: start + .seconds(1))
        #expect(state.deadline == start + .seconds(1) + limits.answer)
        #expect(state.missed == .slowAnswer)
        state.answerEnd(at: start + .seconds(2))
        #expect(state.deadline == start + .seconds(2) + limits.reading)
        #expect(state.missed == .slowAnswer)
    }

    @Test("an answer that overtakes its request gives no more time for the rest of it")
    func early() {
        var state = StreamDeadline(limits: limits, now: start)
        state.answerEnd(at: start + .seconds(2))
        state.bodyArrived(100, holding: 0, at: start + .seconds(3))
        state.requestEnd(at: start + .seconds(4))
        #expect(state.deadline == start + .seconds(2) + limits.reading)
        #expect(state.missed == .slowAnswer)
    }
}
