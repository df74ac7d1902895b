/// How many responses the next request may carry: one while little waits, growing with the backlog.
struct BatchSize {
    private let limit: Int
    private(set) var current = 1

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// A full batch says that more waits: the next may be much larger. A batch that wasn't full says the opposite.
    mutating func settled(claimed: Int) {
        current = claimed >= current ? min(limit, max(current * 8, 16)) : min(limit, max(1, claimed))
    }

    /// After the API found a request too large.
    mutating func halve() {
        current = max(1, current / 2)
    }
}
