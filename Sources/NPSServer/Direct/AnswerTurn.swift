/// Whether a connection's next answer may be written now; a value. It is held up while one is being made, while other
/// connections have their turn, and while the socket hasn't taken what was flushed.
struct AnswerTurn {
    /// Answers in one turn of the event loop; the rest follows in the next ones.
    static let most = 32

    /// Whether an answer is being made.
    private var isMaking = false
    /// Whether other connections have their turn.
    private var isPausing = false
    /// Whether the socket hasn't taken all that was flushed.
    private var isBlocked = false
    private var answers = 0
    /// Whether answers were written since the last flush.
    private var isFlushDue = false
    /// Answers that the socket hasn't wholly taken.
    private var unwritten = 0

    var isHeldUp: Bool { isMaking || isPausing || isBlocked }

    mutating func beginMaking() {
        isMaking = true
    }

    /// Others have had their turn meanwhile.
    mutating func endMaking() {
        isMaking = false
        answers = 0
    }

    /// An answer is about to be written, of which ``taken()`` tells the end.
    mutating func beginWriting() {
        unwritten += 1
        isFlushDue = true
    }

    /// - Returns: whether others get their turn now, until ``resume()``.
    mutating func endWriting() -> Bool {
        answers += 1
        guard answers >= Self.most else { return false }
        isPausing = true
        return true
    }

    mutating func resume() {
        isPausing = false
        answers = 0
    }

    /// What came with one read is taken in.
    mutating func readCompleted() {
        if !isPausing { answers = 0 }
    }

    /// Whether there is something to flush. If so, ``flushed()`` has to follow.
    mutating func beginFlush() -> Bool {
        defer { isFlushDue = false }
        return isFlushDue
    }

    mutating func flushed() {
        // Usually the socket takes all at once.
        isBlocked = unwritten > 0
    }

    /// The socket has taken an answer.
    ///
    /// - Returns: whether that was the last one that held up others.
    mutating func taken() -> Bool {
        unwritten -= 1
        guard unwritten == 0, isBlocked else { return false }
        isBlocked = false
        return true
    }
}
