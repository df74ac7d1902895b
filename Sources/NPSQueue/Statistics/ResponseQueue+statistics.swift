package import Foundation
package import NPSModel

extension ResponseQueue {
    /// What was answered, by day, survey, source, campaign and score, in the order of the days. Answers that may be a bot's
    /// aren't counted, nor is what was erased; receipts that were removed for their age still are.
    ///
    /// - Parameters:
    ///   - first: nil for the first there is.
    ///   - last: nil for the last there is.
    package func tallies(from first: Day? = nil, through last: Day? = nil) async throws(QueueError) -> [TallyCount] {
        []
    }

    /// The hours since then in which anything came or went, in their order; at most those of the last 31 days.
    package func traffic(since date: Date) async throws(QueueError) -> [TrafficHour] {
        []
    }
}
