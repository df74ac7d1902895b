package import Foundation

/// How much of what a source sent became what: authentic deliveries, apart from those that were refused.
package struct SourceCounts: Sendable, Hashable {
    /// Deliveries that are authentic, whatever is in them.
    package let deliveries: Int
    /// Those that had a response in them, or were kept in quarantine.
    package let fruitful: Int
    /// Those without a response.
    package let ignored: Int
    /// Requests of which not all was kept, also those that aren't authentic.
    package let refused: Int
    /// Deliveries that found no room in the quarantine.
    package let withoutRoom: Int

    package init(deliveries: Int = 0, fruitful: Int = 0, ignored: Int = 0, refused: Int = 0, withoutRoom: Int = 0) {
        self.deliveries = Self.bounded(deliveries)
        self.fruitful = Self.bounded(fruitful)
        self.ignored = Self.bounded(ignored)
        self.refused = Self.bounded(refused)
        self.withoutRoom = Self.bounded(withoutRoom)
    }

    /// So that nothing overflows, whatever a damaged database holds.
    private static func bounded(_ count: Int) -> Int { min(max(0, count), 1_000_000_000_000) }

    /// Never below 0: counts begin anew with a process.
    package static func - (new: SourceCounts, old: SourceCounts) -> SourceCounts {
        SourceCounts(
            deliveries: new.deliveries - old.deliveries,
            fruitful: new.fruitful - old.fruitful,
            ignored: new.ignored - old.ignored,
            refused: new.refused - old.refused,
            withoutRoom: new.withoutRoom - old.withoutRoom
        )
    }

    package static func + (left: SourceCounts, right: SourceCounts) -> SourceCounts {
        SourceCounts(
            deliveries: left.deliveries + right.deliveries,
            fruitful: left.fruitful + right.fruitful,
            ignored: left.ignored + right.ignored,
            refused: left.refused + right.refused,
            withoutRoom: left.withoutRoom + right.withoutRoom
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
