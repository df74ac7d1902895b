package import Foundation
package import NPSModel

/// A parked response without what was answered: what it takes to tell the reasons apart, however many are parked.
package struct ParkedResponse: Sendable, Hashable {
    package let sequence: Int64
    package let id: ResponseID
    package let source: String
    package let acceptedAt: Date
    package let reason: String

    package init(sequence: Int64, id: ResponseID, source: String, acceptedAt: Date, reason: String) {
        (self.sequence, self.id, self.source) = (sequence, id, source)
        (self.acceptedAt, self.reason) = (acceptedAt, reason)
    }
}

extension ResponseQueue {
    /// How many of them one transaction reads: as long as ``slice`` rows with their content take.
    static let parkedSlice = 1_000

    /// The next parked responses in the order of acceptance. For all, call it with the `sequence` of the last until there
    /// are none. What is parked again meanwhile keeps its place.
    package func parked(after sequence: Int64 = 0) async throws(QueueError) -> [ParkedResponse] {
        try await readSlice { transaction in
            try transaction.rows.parked(after: sequence, limit: Self.parkedSlice)
        }
    }
}
