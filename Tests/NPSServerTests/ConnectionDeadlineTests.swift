import NIOCore
import Testing

@testable import NPSServer

@Suite("How long a connection may take")
struct ConnectionDeadlineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let limits = ConnectionLimits()

    @Test("the first head must come within ten seconds, handshake included")
    func firstHead() {
        #expect(ConnectionDeadline(limits: limits, now: start).deadline == start + .seconds(10))
    }

    @Test("a body that drips has ten seconds, one that comes at 500 bytes a second all of a request's time")
    func wholeRequest() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        #expect(state.deadline == start + .seconds(10))
        state.bodyArrived(499, holding: 499, at: start + .seconds(4))
        #expect(state.deadline == start + .seconds(10))
        state.bodyArrived(1, holding: 500, at: start + .seconds(5))
        #expect(state.deadline == start + .seconds(11))
        state.bodyArrived(20_000, holding: 20_500, at: start + .seconds(6))
        #expect(state.deadline == start + .seconds(30))
        state.requestEnd(at: start + .seconds(5))
        #expect(state.deadline == start + .seconds(35))
    }

    @Test("after the answer the connection may idle for the keep-alive time")
    func keepAlive() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        #expect(state.answerEnd(at: start) == .keepOpen)
        #expect(state.deadline == start + limits.reading && state.isUnconfirmed)
        // The client has taken the answer.
        state.confirm()
        #expect(state.deadline == start + limits.keepAlive && !state.isUnconfirmed)
    }

    @Test("what can't be read after an answer still ends the connection soon")
    func unreadableWhileIdle() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        #expect(state.answerEnd(at: start) == .keepOpen)
        state.parseFailed(at: start)
        #expect(state.deadline == start + limits.linger && !state.isUnconfirmed)
        state.confirm()
        #expect(state.deadline == start + limits.linger)
    }

    @Test("an answer that overtakes its request ends the connection soon")
    func early() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        #expect(state.isAnsweringEarly)
        #expect(state.answerEnd(at: start) == .linger)
        #expect(state.deadline == start + limits.linger)
    }

    @Test("a connection that is to end does so after the last answer that it owes")
    func closing() {
        var state = ConnectionDeadline(limits: limits, now: start)
        #expect(state.isIdle)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        state.closeAfterAnswer()
        #expect(!state.isIdle && !state.isEnding)
        #expect(state.answerEnd(at: start) == .keepOpen)
        #expect(state.isEnding)
        #expect(state.answerEnd(at: start) == .keepOpen)
        #expect(state.isIdle)
        state.confirm()
        #expect(state.deadline == start + limits.answer)
    }

    @Test("a request that was answered before its end gets no second answer")
    func answered() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        #expect(!state.isAnswered)
        #expect(state.answerEnd(at: start) == .linger)
        #expect(state.isAnswered)
    }

    @Test("with a second request pipelined behind it, the first answer is not early")
    func pipelined() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        state.requestHead(at: start)
        #expect(!state.isAnsweringEarly)
        #expect(state.answerEnd(at: start) == .keepOpen)
        #expect(state.deadline == start + .seconds(30))
        state.bodyArrived(0, holding: 0, at: start)
        #expect(state.deadline == start + .seconds(10))
    }

    @Test("a request whose head came with the one before has its whole time from that one's answer on")
    func pipelinedClock() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        state.requestHead(at: start)
        #expect(state.answerEnd(at: start + .seconds(20)) == .keepOpen)
        #expect(state.deadline == start + .seconds(50))
        // Once it has come, its answer's time counts.
        state.requestEnd(at: start + .seconds(21))
        #expect(state.answerEnd(at: start + .seconds(22)) == .keepOpen)
        state.confirm()
        #expect(state.deadline == start + .seconds(22) + limits.keepAlive)
    }

    @Test("whoever makes the server hold a lot has to go on sending, or the connection ends soon")
    func progress() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        state.bodyArrived(BodyBudget.small, holding: BodyBudget.small, at: start)
        #expect(state.deadline == start + .seconds(30))
        state.bodyArrived(1, holding: BodyBudget.small + 1, at: start + .seconds(1))
        #expect(state.deadline == start + .seconds(6))
        state.bodyArrived(limits.bodyProgress - 1, holding: 1 << 20, at: start + .seconds(2))
        #expect(state.deadline == start + .seconds(6))
        state.bodyArrived(1, holding: 1 << 20, at: start + .seconds(3))
        #expect(state.deadline == start + .seconds(8))
        state.bodyArrived(limits.bodyProgress, holding: 1 << 20, at: start + .seconds(28))
        #expect(state.deadline == start + .seconds(30))
        state.requestEnd(at: start + .seconds(29))
        #expect(state.deadline == start + .seconds(59))
    }

    @Test("what pipelined requests hold counts as well, but not while the server owes an answer")
    func heldProgress() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        state.requestHead(holding: 1 << 20, at: start)
        state.bodyArrived(1, holding: 1 << 20, at: start)
        #expect(state.deadline == start + .seconds(30))
        #expect(state.answerEnd(at: start) == .keepOpen)
        state.bodyArrived(0, holding: 1 << 20, at: start)
        #expect(state.deadline == start + .seconds(5))
    }

    @Test("bytes that are no HTTP leave the time for the answers to whole requests before them")
    func unreadableAfterRequest() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.requestHead(at: start)
        state.requestEnd(at: start)
        state.parseFailed(at: start)
        #expect(state.deadline == start + limits.answer)
        #expect(state.answerEnd(at: start) == .linger)
        #expect(state.deadline == start + limits.linger)
        state.requestHead(at: start)
        state.parseFailed(at: start)
        #expect(state.deadline == start + limits.linger)
    }

    @Test("after bytes that are no HTTP the connection ends soon, also when the refusal is written")
    func unreadable() {
        var state = ConnectionDeadline(limits: limits, now: start)
        state.parseFailed(at: start)
        #expect(state.deadline == start + limits.linger)
        #expect(state.answerEnd(at: start) == .linger)
        #expect(state.deadline == start + limits.linger)
    }
}
