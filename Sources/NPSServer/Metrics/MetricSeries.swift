import CoreMetrics
import Synchronization

/// One line of the metrics page: a number with a name, or for timings a sum and a count.
package final class MetricSeries: Sendable {
    let family: String
    /// The family with its labels.
    let name: String
    let kind: Metric.Kind
    private let value = Mutex((sum: 0.0, count: 0))

    init(family: String, name: String, kind: Metric.Kind) {
        self.family = family
        self.name = name
        self.kind = kind
    }

    var lines: [String] {
        let (sum, count) = value.withLock { ($0.sum, $0.count) }
        guard kind == .summary else { return ["\(name) \(MetricsPage.text(sum))"] }
        let labels = name.dropFirst(family.count)
        return ["\(family)_sum\(labels) \(MetricsPage.text(sum))", "\(family)_count\(labels) \(count)"]
    }

    private func add(_ amount: Double) {
        value.withLock { value in
            value.sum += amount
            value.count += 1
        }
    }

    private func replace(_ new: Double) {
        value.withLock { value in
            value.sum = new
            value.count += 1
        }
    }
}

extension MetricSeries: CounterHandler, FloatingPointCounterHandler {
    package func increment(by amount: Int64) { add(Double(amount)) }
    package func increment(by amount: Double) { add(amount) }

    package func reset() {
        value.withLock { $0 = (sum: 0, count: 0) }
    }
}

extension MetricSeries: MeterHandler {
    package func set(_ value: Int64) { replace(Double(value)) }
    package func set(_ value: Double) { replace(value) }
    package func decrement(by amount: Double) { add(-amount) }
}

extension MetricSeries: RecorderHandler {
    package func record(_ value: Int64) { record(Double(value)) }

    package func record(_ value: Double) {
        if kind == .summary { add(value) } else { replace(value) }
    }
}

extension MetricSeries: TimerHandler {
    package func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1_000_000_000) }
}
