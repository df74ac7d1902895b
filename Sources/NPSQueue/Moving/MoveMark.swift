/// What stands in a database while a queue is moved out of it or into it, and for good in the one that it was moved out
/// of: no collector opens a database that has one.
///
/// At any time at most one of the two that has anything of the queue can be opened. The source gets its mark first; the
/// target loses its own last, after the source says that it was left.
struct MoveMark: Sendable, Hashable {
    enum Stage: String, Sendable {
        /// The source, until everything in the target is verified.
        case leaving
        /// The source from then on.
        case left
        /// The target, until the source was left.
        case filling
    }

    /// Random; the same in both databases of one move.
    let token: String
    var stage: Stage
    /// The address of the other database, without a password.
    let other: String
    /// How much of the queue a target has.
    var position = MovePosition()

    /// Whether it is a target's, and nothing was copied there yet.
    var isUntouched: Bool { stage == .filling && position == MovePosition() }

    /// Why the database that has this mark isn't opened.
    ///
    /// - Parameter address: its own.
    func refusal(of address: String) -> QueueError {
        switch stage {
        case .leaving:
            .unfinishedMove(
                """
                The queue \(address) is being moved to \(other). Finish that with nps-collector queue move --to, or \
                give it up with nps-collector queue move --cancel.
                """
            )
        case .left: .moved(address, to: other)
        case .filling:
            .unfinishedMove(
                """
                The queue \(address) isn't complete: it is being moved here from \(other). Finish that with \
                nps-collector queue move --to\(isUntouched ? ", or give it up with nps-collector queue move --cancel" : "").
                """
            )
        }
    }
}

extension MoveMark {
    /// As a database has it. Throws `damaged` for a stage that there isn't.
    init(token: String, stored stage: String, other: String, position: MovePosition) throws(QueueError) {
        guard let stage = Stage(rawValue: stage) else { throw .damaged("the mark of its move can't be read") }
        self.init(token: token, stage: stage, other: other, position: position)
    }
}

/// How far a target is filled. Written in the same transaction as what it tells of.
struct MovePosition: Sendable, Hashable {
    /// The sequence number of the last response.
    var response: Int64 = 0
    /// The id of the last entry of the quarantine.
    var entry: Int64 = 0
    /// Whether the rest is there, too.
    var isComplete = false
}
