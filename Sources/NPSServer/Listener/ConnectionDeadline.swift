import NIOCore

/// Decides when a connection has taken too long. A value: the ``ConnectionGuard`` tells it what happened and asks for
/// the moment after which to close the connection.
struct ConnectionDeadline {
    private let limits: ConnectionLimits
    private var isReadingRequest = false
    private var unanswered = 0
    private var isUnreadable = false
    /// Whether the connection is to end after the answers that it owes.
    private(set) var isClosing = false
    private(set) var deadline: NIODeadline

    init(limits: ConnectionLimits, now: NIODeadline) {
        self.limits = limits
        deadline = now + limits.firstHead
    }

    mutating func requestHead(at now: NIODeadline) {
        isReadingRequest = true
        unanswered += 1
        deadline = now + limits.wholeRequest
    }

    mutating func requestEnd(at now: NIODeadline) {
        isReadingRequest = false
        deadline = now + limits.answer
    }

    /// Whether no other request waits for its answer on this connection.
    var isLastAnswer: Bool { unanswered <= 1 }

    /// Whether the answer being written overtakes its own request: then nothing more is read on this connection.
    var isAnsweringEarly: Bool { isReadingRequest && unanswered == 1 }

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

    /// What follows can't be parsed or is not wanted.
    mutating func parseFailed(at now: NIODeadline) {
        isUnreadable = true
        deadline = now + limits.linger
    }

    enum AnswerAction: Equatable {
        case keepOpen
        /// Stop reading and close at the deadline.
        case linger
    }

    mutating func answerEnd(at now: NIODeadline) -> AnswerAction {
        let isLast = isAnsweringEarly || isUnreadable
        unanswered = max(0, unanswered - 1)
        if isLast {
            deadline = now + limits.linger
            return .linger
        }
        // Closing: once the answer has gone out, nothing more is sent; the client closes when it has read it.
        if unanswered == 0 { deadline = now + (isClosing ? limits.answer : limits.keepAlive) }
        return .keepOpen
    }
}
