import NIOCore

/// Decides when a connection has taken too long. A value: the ``ConnectionGuard`` tells it what happened and asks for
/// the moment after which to close the connection.
struct ConnectionDeadline {
    private let limits: ConnectionLimits
    private(set) var isReadingRequest = false
    private var unanswered = 0
    private var isUnreadable = false
    /// Whether a request has come.
    private var hasBegun = false
    /// Of the request that is being read.
    private var request: RequestDeadline
    /// Whether nobody has looked yet if the client took the last answer.
    private(set) var isUnconfirmed = false
    /// Until when the connection may idle.
    private var idleUntil: NIODeadline
    /// Whether the connection is to end after the answers that it owes.
    private(set) var isClosing = false
    /// Whether the listener stops.
    private(set) var isDraining = false
    private(set) var deadline: NIODeadline

    init(limits: ConnectionLimits, now: NIODeadline) {
        self.limits = limits
        deadline = now + limits.firstHead
        request = RequestDeadline(within: limits, now: now)
        idleUntil = now
    }

    /// The listener stops: from now on each answer that owes no other is the last.
    ///
    /// - Parameter idle: since when no request is being read or answered and all answers are written; nil when one is.
    mutating func drain(idleSince idle: NIODeadline?) {
        isDraining = true
        guard let idle else { return }
        deadline = min(deadline, idle + limits.drain)
        idleUntil = min(idleUntil, deadline)
    }

    /// - Parameter held: bytes of bodies on this connection that aren't answered yet.
    mutating func requestHead(holding held: Int = 0, at now: NIODeadline) {
        isReadingRequest = true
        hasBegun = true
        isClosing = isClosing || isDraining
        isUnconfirmed = false
        unanswered += 1
        request = RequestDeadline(within: limits, now: now)
        deadline = request.whole
        bodyArrived(0, holding: held, at: now)
    }

    /// - Parameters:
    ///   - count: bytes that have just arrived.
    ///   - held: bytes of bodies on this connection that aren't answered yet, these included.
    mutating func bodyArrived(_ count: Int, holding held: Int, at now: NIODeadline) {
        // While an earlier request is being answered, reading may pause by no fault of the client.
        guard isReadingRequest, unanswered == 1, !isUnreadable else { return request.count(count) }
        if let next = request.bodyArrived(count, holding: held, within: limits, at: now) { deadline = next }
    }

    mutating func requestEnd(at now: NIODeadline) {
        isReadingRequest = false
        deadline = now + limits.answer
    }

    /// Whether no other request waits for its answer on this connection.
    var isLastAnswer: Bool { unanswered <= 1 }

    /// Whether the answer being written overtakes its own request: then nothing more is read on this connection.
    var isAnsweringEarly: Bool { isReadingRequest && unanswered == 1 }

    /// Whether no request that came before the one that is being read, or should have begun, waits for its answer.
    var owesNoEarlierAnswer: Bool { unanswered == (isReadingRequest ? 1 : 0) }

    /// Whether no request is being read or waits for its answer.
    var isIdle: Bool { unanswered == 0 && !isReadingRequest }

    /// Of the request that is being read, or of the last one.
    mutating func closeAfterAnswer() {
        isClosing = true
    }

    /// Whether the answer being written is the connection's last, and has to say so.
    var isEnding: Bool { isAnsweringEarly || isClosing && isLastAnswer }

    /// Whether the request that is being read has its answer already.
    var isAnswered: Bool { isReadingRequest && unanswered == 0 }

    /// What follows is not wanted, and nothing more is answered.
    mutating func giveUp(at now: NIODeadline) {
        isUnreadable = true
        isUnconfirmed = false
        deadline = now + limits.linger
    }

    /// What follows can't be parsed. Requests that came whole before it still get their answers.
    mutating func parseFailed(at now: NIODeadline) {
        isUnreadable = true
        isUnconfirmed = false
        deadline = now + (unanswered > (isReadingRequest ? 1 : 0) ? limits.answer : limits.linger)
    }

    /// What took too long when the deadline has passed; nil where the connection was done with, or idled between requests.
    var missed: EdgeRefusal? {
        if isUnreadable || isAnswered { return nil }
        if isReadingRequest { return .slowBody }
        if unanswered > 0 { return .slowAnswer }
        return hasBegun || isDraining ? nil : .slowHead
    }

    enum AnswerAction: Equatable {
        case keepOpen
        /// Stop reading and close at the deadline.
        case linger
    }

    mutating func answerEnd(at now: NIODeadline) -> AnswerAction {
        let isLast = isAnsweringEarly || isUnreadable && isLastAnswer
        unanswered = max(0, unanswered - 1)
        if isLast {
            deadline = now + limits.linger
            return .linger
        }
        guard !isUnreadable else { return .keepOpen }
        // Closing: once the answer has gone out, nothing more is sent; the client closes when it has read it.
        if unanswered == 0 {
            idleUntil = now + (isClosing ? limits.answer : limits.keepAlive)
            isUnconfirmed = true
            deadline = min(idleUntil, now + limits.reading)
        } else if isReadingRequest, unanswered == 1 {
            // While the earlier request was being answered, nothing may have been read.
            request.restart(within: limits, at: now)
            deadline = request.whole
        }
        return .keepOpen
    }

    /// The client has taken the last answer.
    mutating func confirm() {
        guard isUnconfirmed else { return }
        isUnconfirmed = false
        deadline = idleUntil
    }
}
