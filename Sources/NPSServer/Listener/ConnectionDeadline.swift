import NIOCore

/// Decides when a connection has taken too long. A value: the ``ConnectionGuard`` tells it what happened and asks for
/// the moment after which to close the connection.
struct ConnectionDeadline {
    private let limits: ConnectionLimits
    private var isReadingRequest = false
    private var unanswered = 0
    private var isUnreadable = false
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

    /// What follows can no longer be parsed.
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
        if unanswered == 0 { deadline = now + limits.keepAlive }
        return .keepOpen
    }
}
