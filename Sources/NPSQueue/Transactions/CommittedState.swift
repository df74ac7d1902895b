/// The counters of the queue, written in the same transaction as the rows that they count.
struct Books: Sendable, Hashable {
    /// Counted by acceptance alone and never derived from the others, so that the balance is a check.
    var accepted = 0
    var pending = 0
    var sending = 0
    var delivered = 0
    var parked = 0
    var erased = 0
    var quarantined = 0
    var quarantinedBytes = 0
    /// Those of the delivered and the erased whose row was removed because of its age. They stay counted above.
    var removedDelivered = 0
    var removedErased = 0
    /// Until when what the last stop interrupted waits; nil once all of it is pending again.
    var interruptedUntil: Milliseconds?
    /// Those of the erased that Planhat may still have something of.
    var unconfirmed = 0
    /// The sequence number of the response that was accepted last; none is used twice.
    var lastSequence: Int64 = 0

    /// Responses whose present content hasn't reached Planhat.
    var undelivered: Int { pending + sending + parked }

    subscript(state: ResponseState) -> Int {
        get {
            switch state {
            case .pending: pending
            case .sending: sending
            case .delivered: delivered
            case .parked: parked
            case .erased: erased
            }
        }
        set {
            switch state {
            case .pending: pending = newValue
            case .sending: sending = newValue
            case .delivered: delivered = newValue
            case .parked: parked = newValue
            case .erased: erased = newValue
            }
        }
    }

    mutating func move(from old: ResponseState, to new: ResponseState) {
        self[old] -= 1
        self[new] += 1
    }
}

/// What the engine keeps in memory between transactions. Each transaction works on a copy, which replaces it when the
/// transaction is committed.
struct CommittedState: Sendable {
    var books: Books
    /// The sums over the quarantine's rows by their source.
    var shares: QuarantineShares
    var time: ConfirmedTime
    /// The latest time that a transaction of this process had; nil before the first.
    var latest: Milliseconds?
    /// How far rows of an earlier version have been brought into this version's form; nil when all are.
    var upgrade: QueueUpgrade?
    /// Nil in a database whose server tells by itself what became of it, and in a file that has none yet.
    var epoch: QueueEpoch?
    /// The sequence numbers of the responses that were claimed and are not settled. A row that is `sending` but not in
    /// here was claimed by a transaction that became durable although its commit was reported as failed: nobody sends
    /// it.
    var claimed: Set<Int64> = []
}
