import CoreMetrics
import Metrics
import Synchronization

/// Counts which of a source's secrets its deliveries are signed with: once the old one is no longer used, a rotation is
/// complete.
final class SecretMatches: Sendable {
    private struct Secret: Hashable {
        let source: String
        let index: Int
    }

    private let factory: any MetricsFactory
    private let counters = Mutex<[Secret: Counter]>([:])

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// - Parameter index: from 0, as in the configuration; shown from 1. Nil for a source that has no secrets.
    func count(source: String, index: Int?) {
        guard let index else { return }
        let counter = counters.withLock { counters in
            let secret = Secret(source: source, index: index)
            if let known = counters[secret] { return known }
            let new = Counter(
                label: "nps_webhook_secret_matches_total",
                dimensions: [("source", source), ("secret", String(index + 1))],
                factory: factory
            )
            counters[secret] = new
            return new
        }
        counter.increment()
    }
}
