import NIOCore

/// Decides when a request on an HTTP/2 stream has taken too long. A value: the ``StreamGuard`` tells it what happened and
/// asks for the moment after which to reset the stream.
struct StreamDeadline {
    private let limits: ConnectionLimits
    private var request: RequestDeadline
    private(set) var isReadingRequest = true
    private(set) var isAnswered = false
    private(set) var deadline: NIODeadline

    /// - Parameter now: when the request's head has come.
    init(limits: ConnectionLimits, now: NIODeadline) {
        self.limits = limits
        request = RequestDeadline(within: limits, now: now)
        deadline = now
        bodyArrived(0, holding: 0, at: now)
    }

    /// - Parameters:
    ///   - count: bytes that have just arrived.
    ///   - held: bytes of this request's body, these included.
    mutating func bodyArrived(_ count: Int, holding held: Int, at now: NIODeadline) {
        guard isReadingRequest, !isAnswered else { return }
        if let next = request.bodyArrived(count, holding: held, within: limits, at: now) { deadline = next }
    }

    mutating func requestEnd(at now: NIODeadline) {
        isReadingRequest = false
        if !isAnswered { deadline = now + limits.answer }
    }

    /// The answer has been made: from now on only the client's window, or its socket, keeps it from being written.
    mutating func answerEnd(at now: NIODeadline) {
        isAnswered = true
        deadline = now + limits.reading
    }

    /// The deadline has passed: there is no other.
    mutating func expire() {
        deadline = .distantFuture
    }

    /// What took too long when the deadline has passed.
    var missed: EdgeRefusal { isReadingRequest && !isAnswered ? .slowBody : .slowAnswer }
}
