/// What one call of ``ResponseQueue/retryParked(reasonContaining:after:within:onPart:)`` did, and where to go on.
package struct RetryProgress: Sendable, Hashable, Codable {
    /// How many became pending.
    package var count = 0
    /// How many parked responses were looked at.
    package var examined = 0
    /// What the next call is to be given as `after`; nil when all have been looked at.
    package var next: RetryPosition?

    package init(count: Int = 0, examined: Int = 0, next: RetryPosition? = nil) {
        self.count = count
        self.examined = examined
        self.next = next
    }
}

/// How far a retry of everything that is parked has come. It goes by the order of acceptance and ends at the response
/// that was the newest when it began, so that one which is parked again, or comes new, can't keep it going for ever.
package struct RetryPosition: Sendable, Hashable, Codable {
    /// The last that was looked at.
    package let sequence: Int64
    /// The last that is to be looked at.
    package let through: Int64

    package init(sequence: Int64, through: Int64) {
        self.sequence = sequence
        self.through = through
    }
}
