import NIOCore
@testable import NPSServer

extension ConnectionLimits {
    /// The usual limits, but with time for a machine that does much else: no deadline decides a test that isn't about it.
    static var patient: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.firstHead = .minutes(10)
        limits.wholeRequest = .minutes(10)
        limits.slowBody = .minutes(10)
        limits.bodyPause = .minutes(10)
        limits.answer = .minutes(10)
        limits.reading = .minutes(10)
        return limits
    }
}
