package import Foundation

/// Parked responses that will be erased for their age within a week.
package struct ParkedExpiry: Sendable, Hashable {
    /// How many; counted up to ``limit`` only.
    package let count: Int
    /// When the first of them are erased.
    package let from: Date

    package static let limit = 10_000

    package init(count: Int, from: Date) {
        self.count = count
        self.from = from
    }
}

extension ResponseQueue {
    /// Takes over for how long parked responses are kept, and erases those that were parked for longer. A period that is
    /// new, or shorter than before, erases nothing within its first week, in which ``parkedExpiry()`` and
    /// ``QueueStatus/parkedExpiry`` announce it. When that week began is kept in the file.
    ///
    /// - Parameter period: in seconds; nil = for ever.
    /// - Returns: how many were erased. What is left of them on return is said at ``ResponseQueue/erase(_:)``.
    package func expireParked(after period: TimeInterval?) async throws(QueueError) -> Int {
        let period = period.map { Duration.seconds($0) }
        let cutoff = try await transact { transaction in try transaction.announceParkedRetention(period) }
        guard let cutoff else { return 0 }
        return try await eraseParked(before: cutoff.date)
    }

    /// What is erased next by ``expireParked(after:)``; nil when nothing is within a week, or when the time isn't known.
    package func parkedExpiry() async throws(QueueError) -> ParkedExpiry? {
        try await read { transaction in try transaction.parkedExpiry() }
    }
}
