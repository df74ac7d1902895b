import CoreMetrics
import Metrics
import Synchronization

/// The counters of one name, which differ in their labels. Each is made when it first counts, and found again without
/// writing its name.
final class CounterFamily<Labels: Hashable & Sendable>: Sendable {
    private let label: String
    private let factory: any MetricsFactory
    private let dimensions: @Sendable (Labels) -> [(String, String)]
    private let counters = Mutex<[Labels: Counter]>([:])

    init(
        _ label: String,
        factory: any MetricsFactory,
        dimensions: @escaping @Sendable (Labels) -> [(String, String)]
    ) {
        self.label = label
        self.factory = factory
        self.dimensions = dimensions
    }

    /// - Parameter labels: of which there are few, so that the memory stays bounded.
    func increment(_ labels: Labels) {
        let counter = counters.withLock { counters in
            if let known = counters[labels] { return known }
            let new = Counter(label: label, dimensions: dimensions(labels), factory: factory)
            counters[labels] = new
            return new
        }
        counter.increment()
    }
}
