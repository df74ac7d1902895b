/// How far a move is.
package struct MoveProgress: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        /// Bringing rows of an earlier version into this version's form.
        case upgrading
        case copying
        case verifying
    }

    package let step: Step
    package let done: Int
    package let total: Int
}

/// What a move did.
package struct MoveReport: Sendable, Hashable, Codable {
    /// The addresses, without a password.
    package let from: String
    package let to: String
    /// False when it had been done before.
    package let isMovedNow: Bool
    /// What the target's books say, under the names of `queue status`.
    package let accepted: Int
    package let pending: Int
    package let delivered: Int
    package let parked: Int
    package let erased: Int
    package let quarantined: Int

    init(from: String, to: String, isMovedNow: Bool, _ books: Books) {
        self.from = from
        self.to = to
        self.isMovedNow = isMovedNow
        accepted = books.accepted
        pending = books.pending
        delivered = books.delivered
        parked = books.parked
        erased = books.erased
        quarantined = books.quarantined
    }
}
