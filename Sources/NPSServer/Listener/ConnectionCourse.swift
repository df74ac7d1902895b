/// What still counts on a connection that is to end; a value. What arrives behind its last request is dropped, and once it is
/// given up nothing more is read, and no further answer begins.
struct ConnectionCourse {
    /// What becomes of a part that arrives.
    enum Arrival: Hashable {
        case wanted
        /// It follows the last request (RFC 9112 §9.6).
        case dropped
        /// Its connection was given up, and is read on only so that the client gets to see why.
        case discarded
    }

    /// Whether the connection's last request has been passed on.
    private(set) var hasLast = false
    private var isPastLast = false
    /// Nothing more is read, and no further answer begins.
    private(set) var isOver = false
    /// An answer that began when all was over is not written.
    private var isMuted = false

    /// - Parameter isHead: whether a request begins.
    mutating func arrives(isHead: Bool) -> Arrival {
        guard !isOver else { return .discarded }
        if hasLast, isHead { isPastLast = true }
        return isPastLast ? .dropped : .wanted
    }

    mutating func passedLast() {
        hasLast = true
    }

    mutating func giveUp() {
        isOver = true
    }

    /// Whether a part of an answer is written.
    ///
    /// - Parameter isHead: whether the answer begins.
    mutating func admits(isHead: Bool) -> Bool {
        if isOver, isHead { isMuted = true }
        return !isMuted
    }
}
