package import Foundation

/// How much of what a source sent became what: authentic deliveries, apart from those that were refused.
package struct SourceCounts: Sendable, Hashable {
    /// Deliveries that are authentic, whatever is in them.
    package var deliveries = 0
    /// Those that had a response in them, or were kept in quarantine.
    package var fruitful = 0
    /// Those without a response.
    package var ignored = 0
    /// Requests of which not all was kept, also those that aren't authentic.
    package var refused = 0
    /// Deliveries that found no room in the quarantine.
    package var withoutRoom = 0

    package init(deliveries: Int = 0, fruitful: Int = 0, ignored: Int = 0, refused: Int = 0, withoutRoom: Int = 0) {
        (self.deliveries, self.fruitful, self.ignored) = (deliveries, fruitful, ignored)
        (self.refused, self.withoutRoom) = (refused, withoutRoom)
    }

    /// Never below 0: counts begin anew with a process.
    package static func - (new: SourceCounts, old: SourceCounts) -> SourceCounts {
        func difference(_ path: KeyPath<SourceCounts, Int>) -> Int {
            let (one, other) = (new[keyPath: path], old[keyPath: path])
            return one > other ? one - max(0, other) : 0
        }
        return SourceCounts(
            deliveries: difference(\.deliveries),
            fruitful: difference(\.fruitful),
            ignored: difference(\.ignored),
            refused: difference(\.refused),
            withoutRoom: difference(\.withoutRoom)
        )
    }

    /// Never more than fits: a damaged database may hold anything.
    package static func + (left: SourceCounts, right: SourceCounts) -> SourceCounts {
        func sum(_ path: KeyPath<SourceCounts, Int>) -> Int {
            let (sum, overflows) = left[keyPath: path].addingReportingOverflow(right[keyPath: path])
            return overflows ? .max : sum
        }
        return SourceCounts(
            deliveries: sum(\.deliveries),
            fruitful: sum(\.fruitful),
            ignored: sum(\.ignored),
            refused: sum(\.refused),
            withoutRoom: sum(\.withoutRoom)
        )
    }

    package var isZero: Bool { self == SourceCounts() }
}

/// What is kept of a source, so that it is noticed when it falls silent, also after a restart. Nothing of any person.
package struct SourceRecord: Sendable, Hashable {
    /// The source's label.
    package let source: String
    /// Of all collectors, since the first.
    package var counts: SourceCounts
    /// When the last authentic delivery came; nil for never.
    package var lastDeliveryAt: Date?
    /// What follows from that over time: JSON, of no concern to the queue. Nil until somebody has written it.
    package var history: String?

    package init(source: String, counts: SourceCounts, lastDeliveryAt: Date?, history: String?) {
        (self.source, self.counts, self.lastDeliveryAt, self.history) = (source, counts, lastDeliveryAt, history)
    }
}
