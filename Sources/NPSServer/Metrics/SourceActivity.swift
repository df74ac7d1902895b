package import Foundation
package import NPSQueue
import Synchronization

/// What came from each source, as far as this process knows: a source that falls silent has to be noticed although nothing
/// happens.
package final class SourceActivity: Sendable {
    /// One source's. Kept by whoever notes deliveries, so that noting one takes no look-up.
    final class Tally: Sendable {
        private let seconds: Atomic<Int64>
        private let deliveries = Atomic(0)
        private let fruitful = Atomic(0)
        private let ignored = Atomic(0)
        private let refused = Atomic(0)
        private let withoutRoom = Atomic(0)

        fileprivate init(_ date: Date) {
            seconds = Atomic(Self.seconds(of: date))
        }

        /// An authentic delivery came.
        func noteDelivery(_ date: Date) {
            seconds.store(Self.seconds(of: date), ordering: .relaxed)
            deliveries.wrappingAdd(1, ordering: .relaxed)
        }

        /// There was a response in it, or it is in quarantine.
        func noteFruit() { fruitful.wrappingAdd(1, ordering: .relaxed) }

        func noteIgnored() { ignored.wrappingAdd(1, ordering: .relaxed) }

        func noteRefusal() { refused.wrappingAdd(1, ordering: .relaxed) }

        func noteLackOfRoom() { withoutRoom.wrappingAdd(1, ordering: .relaxed) }

        /// Of the last delivery, in seconds since 1970.
        var timestamp: Int { Int(seconds.load(ordering: .relaxed)) }

        var counts: SourceCounts {
            SourceCounts(
                deliveries: deliveries.load(ordering: .relaxed),
                fruitful: fruitful.load(ordering: .relaxed),
                ignored: ignored.load(ordering: .relaxed),
                refused: refused.load(ordering: .relaxed),
                withoutRoom: withoutRoom.load(ordering: .relaxed)
            )
        }

        private static func seconds(of date: Date) -> Int64 {
            Int64(exactly: date.timeIntervalSince1970.rounded(.down)) ?? 0
        }
    }

    private let now: @Sendable () -> Date
    private let sources = Mutex<[String: Tally]>([:])

    package init(now: @escaping @Sendable () -> Date = { Date() }) {
        self.now = now
    }

    /// Of a source that wasn't asked for before, nothing came earlier than now.
    ///
    /// - Parameter label: of one of the configured sources, so that the memory stays bounded.
    func tally(of label: String) -> Tally {
        sources.withLock { sources in
            if let known = sources[label] { return known }
            let new = Tally(now())
            sources[label] = new
            return new
        }
    }

    /// What came from each source since the start; without a history.
    package var records: [SourceRecord] {
        sources.withLock { $0 }.map { label, tally in
            let counts = tally.counts
            let date = Date(timeIntervalSince1970: TimeInterval(tally.timestamp))
            return SourceRecord(
                source: label,
                counts: counts,
                lastDeliveryAt: counts.deliveries > 0 ? date : nil,
                history: nil
            )
        }
    }
}
