package import Metrics

/// Metrics that a test reads, and waits for.
package final class RecordedMetrics: MetricsFactory, Sendable {
    private let values = Observed<[String: Double]>([:])

    package init() {}

    /// By the label and the values of the dimensions: `nps_delivery_total delivered`.
    package subscript(name: String) -> Int { Int(exactly: (values.value[name] ?? 0).rounded()) ?? .max }

    /// All that begin with this and aren't zero.
    package func all(_ prefix: String) -> [String: Int] {
        values.value.filter { $0.key.hasPrefix(prefix) && $0.value != 0 }
            .mapValues { Int(exactly: $0.rounded()) ?? .max }
    }

    /// Returns when these metrics together have reached the number.
    package func wait(until names: [String], reach number: Int) async {
        await values.wait { values in
            names.reduce(0) { $0 + (values[$1] ?? 0) } >= Double(number)
        }
    }

    /// Returns when the condition holds; it is looked at now and after each change of a metric.
    package func wait(until condition: @escaping @Sendable () -> Bool) async {
        await values.wait { _ in condition() }
    }

    fileprivate func update(_ name: String, _ edit: (inout Double) -> Void) {
        values.update { edit(&$0[name, default: 0]) }
    }

    private func name(_ label: String, _ dimensions: [(String, String)]) -> String {
        ([label] + dimensions.map(\.1)).joined(separator: " ")
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        RecordedMetric(name: name(label, dimensions), metrics: self)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        RecordedMetric(name: name(label, dimensions), metrics: self)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        RecordedMetric(name: name(label, dimensions), metrics: self)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}

private final class RecordedMetric: CounterHandler, RecorderHandler, TimerHandler {
    private let name: String
    private let metrics: RecordedMetrics

    init(name: String, metrics: RecordedMetrics) {
        self.name = name
        self.metrics = metrics
    }

    func increment(by amount: Int64) { metrics.update(name) { $0 += Double(amount) } }
    func reset() { metrics.update(name) { $0 = 0 } }
    func record(_ value: Int64) { metrics.update(name) { $0 = Double(value) } }
    func record(_ value: Double) { metrics.update(name) { $0 = value } }
    func recordNanoseconds(_ duration: Int64) { record(duration) }
}
