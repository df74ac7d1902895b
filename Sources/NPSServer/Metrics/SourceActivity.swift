package import Foundation
import Synchronization

/// When the last authentic delivery of each source came, as far as this process knows: a source that falls silent has to be
/// noticed although nothing happens.
package final class SourceActivity: Sendable {
    /// One source's. Kept by whoever notes deliveries, so that noting one takes no look-up.
    final class LastDelivery: Sendable {
        private let seconds: Atomic<Int64>

        fileprivate init(_ date: Date) {
            seconds = Atomic(Self.seconds(of: date))
        }

        func note(_ date: Date) { seconds.store(Self.seconds(of: date), ordering: .relaxed) }

        /// Since 1970.
        var timestamp: Int { Int(seconds.load(ordering: .relaxed)) }

        private static func seconds(of date: Date) -> Int64 {
            Int64(exactly: date.timeIntervalSince1970.rounded(.down)) ?? 0
        }
    }

    private let now: @Sendable () -> Date
    private let sources = Mutex<[String: LastDelivery]>([:])

    package init(now: @escaping @Sendable () -> Date = { Date() }) {
        self.now = now
    }

    /// Of a source that wasn't asked for before, nothing came earlier than now.
    ///
    /// - Parameter label: of one of the configured sources, so that the memory stays bounded.
    func lastDelivery(of label: String) -> LastDelivery {
        sources.withLock { sources in
            if let known = sources[label] { return known }
            let new = LastDelivery(now())
            sources[label] = new
            return new
        }
    }
}
