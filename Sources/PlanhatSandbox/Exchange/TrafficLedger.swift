/// How many requests ended how: by operation, and by status or `dropped`.
struct TrafficLedger: Sendable, Hashable {
    private(set) var counts: [Operation: [String: Int]] = [:]

    static let dropped = "dropped"

    var total: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    mutating func count(_ operation: Operation, _ outcome: String) {
        counts[operation, default: [:]][outcome, default: 0] += 1
    }
}
