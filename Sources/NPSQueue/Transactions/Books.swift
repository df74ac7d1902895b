/// The counters that are written in the same transaction as the rows they count.
struct Books: Sendable, Hashable {
    /// Counted by acceptance alone, never derived: that makes the balance a check.
    var accepted = 0
    var pending = 0
    var sending = 0
    var delivered = 0
    var parked = 0
    var erased = 0
    var quarantined = 0
    var quarantinedBytes = 0
    /// Of the delivered and the erased: those whose receipt was removed for its age. They stay counted above.
    var removedDelivered = 0
    var removedErased = 0

    /// Rows whose content hasn't reached Planhat yet.
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
