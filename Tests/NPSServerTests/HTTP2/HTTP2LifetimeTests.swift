import NIOCore
import NIOHTTP2
import Testing

@testable import NPSServer

@Suite("How long an HTTP/2 connection stays")
struct HTTP2LifetimeTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let limits = ConnectionLimits()

    /// One whose client has acknowledged the settings.
    private func settled() -> HTTP2Lifetime {
        var state = HTTP2Lifetime(limits: limits, opened: start)
        state.settingsAcknowledged()
        return state
    }

    @Test("the first request has to come within ten seconds, handshake included")
    func first() {
        var state = settled()
        #expect(state.deadline == start + .seconds(10))
        #expect(state.missed == .slowHead)
        #expect(state.next(at: start + .seconds(9)) == .stay)
        #expect(state.next(at: start + .seconds(10)) == .close(.noError))
    }

    @Test("settings have to be acknowledged within ten seconds, also while requests are answered")
    func settings() {
        var state = HTTP2Lifetime(limits: limits, opened: start)
        state.streamOpened()
        #expect(state.deadline == start + .seconds(10))
        #expect(state.next(at: start + .seconds(10)) == .close(.settingsTimeout))
    }

    @Test("while streams are open the connection has no deadline of its own")
    func open() {
        var state = settled()
        state.streamOpened()
        state.streamOpened()
        #expect(state.streamEnded(at: start) == .stay)
        #expect(state.deadline == .distantFuture)
        #expect(state.next(at: start + .hours(1)) == .stay)
    }

    @Test("after the last answer it is seen whether the client took it, and then the connection may idle")
    func idle() {
        var state = settled()
        state.streamOpened()
        #expect(state.streamEnded(at: start) == .stay)
        #expect(state.deadline == start + limits.reading)
        #expect(state.next(at: start + limits.reading) == .confirm)
        state.confirm()
        #expect(state.deadline == start + limits.keepAlive)
        #expect(state.next(at: start + limits.keepAlive) == .close(.noError))
        #expect(state.missed == nil)
    }

    @Test(
        "a connection that is to end says so, waits for a sign of the client, says which stream is the last, and closes"
    )
    func leaving() {
        var state = settled()
        state.streamOpened()
        #expect(state.leave(at: start) == .announce)
        #expect(state.leave(at: start) == .stay)
        state.streamOpened()
        #expect(state.streamEnded(at: start) == .stay)
        #expect(state.signReturned(at: start) == .conclude)
        #expect(state.signReturned(at: start) == .stay)
        #expect(state.next(at: start) == .stay)
        #expect(state.streamEnded(at: start) == .close(.noError))
    }

    @Test("a stream that never ends doesn't keep the connection for ever")
    func endless() {
        var state = settled()
        state.streamOpened()
        #expect(state.leave(at: start) == .announce)
        #expect(state.signReturned(at: start) == .conclude)
        #expect(state.deadline == start + .seconds(70))
        #expect(state.next(at: start + .seconds(69)) == .stay)
        #expect(state.next(at: start + .seconds(70)) == .close(.noError))
    }

    @Test("where no more can come, the last stream is said at once")
    func inputClosed() {
        var state = settled()
        state.streamOpened()
        #expect(state.inputClosed(at: start) == .conclude)
        #expect(state.inputClosed(at: start) == .stay && state.leave(at: start) == .stay)
        #expect(state.streamEnded(at: start) == .close(.noError))
    }

    @Test("the sign is waited for a second, also when nothing else is")
    func noSign() {
        var state = settled()
        #expect(state.leave(at: start) == .announce)
        #expect(state.deadline == start + limits.drain)
        #expect(state.next(at: start + limits.drain) == .conclude)
        #expect(state.next(at: start + limits.drain) == .close(.noError))
        #expect(state.missed == nil)
    }
}
