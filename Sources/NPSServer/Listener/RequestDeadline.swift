import NIOCore

/// When a request that is being read has to be there: a small body has to come at a certain rate after a while, and
/// whoever makes the server hold more has to go on sending.
struct RequestDeadline {
    /// When it has to be there however steadily it comes.
    private(set) var whole: NIODeadline
    /// When its time began, and the bytes of its body since.
    private var began: NIODeadline
    private var arrived = 0
    /// Bytes of a large body since the client was last given time; nil while none is being read.
    private var progress: Int?

    /// - Parameter now: when its head has come.
    init(within limits: ConnectionLimits, now: NIODeadline) {
        whole = now + limits.wholeRequest
        began = now
    }

    /// Gives it all its time again.
    mutating func restart(within limits: ConnectionLimits, at now: NIODeadline) {
        whole = now + limits.wholeRequest
        began = now
        arrived = 0
    }

    /// Counts bytes of the body for which the client is given no time.
    mutating func count(_ bytes: Int) {
        arrived += bytes
    }

    /// - Parameters:
    ///   - bytes: what has just arrived.
    ///   - held: bytes of bodies that aren't answered yet, these included.
    /// - Returns: the deadline from now on; nil = it stays.
    mutating func bodyArrived(
        _ bytes: Int,
        holding held: Int,
        within limits: ConnectionLimits,
        at now: NIODeadline
    ) -> NIODeadline? {
        count(bytes)
        guard held > BodyBudget.small else {
            return min(whole, began + limits.slowBody + .seconds(Int64(arrived / limits.bodyRate)))
        }
        let more = (progress ?? limits.bodyProgress) + bytes
        progress = more < limits.bodyProgress ? more : 0
        return more >= limits.bodyProgress ? min(whole, now + limits.bodyPause) : nil
    }
}
