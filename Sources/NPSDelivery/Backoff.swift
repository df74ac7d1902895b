/// Exponential backoff with full jitter: a random share of a span that doubles from 1 s to 5 min.
struct Backoff {
    static let longest = 300.0

    /// - Parameters:
    ///   - attempt: 0 for the first failure.
    ///   - random: from 0 up to 1.
    /// - Returns: seconds, at least a tenth of one.
    static func delay(attempt: Int, random: Double) -> Double {
        let span = min(longest, Double(1 << min(max(attempt, 0), 9)))
        return max(0.1, span * random)
    }
}
