import Metrics
import Synchronization

/// Metrics that a test reads, and that tell it when they change.
final class RecordedMetrics: MetricsFactory, Sendable {
    private let values = Mutex<[String: Double]>([:])
    let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    init() {
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// By the label and the values of the dimensions: `nps_delivery_total delivered`.
    subscript(name: String) -> Int { Int(values.withLock { $0[name] ?? 0 }) }

    /// All that begin with this and aren't nought.
    func all(_ prefix: String) -> [String: Int] {
        values.withLock { values in
            values.filter { $0.key.hasPrefix(prefix) && $0.value != 0 }.mapValues { Int($0) }
        }
    }

    fileprivate func update(_ name: String, _ edit: (inout Double) -> Void) {
        values.withLock { edit(&$0[name, default: 0]) }
        change.yield()
    }

    private func name(_ label: String, _ dimensions: [(String, String)]) -> String {
        ([label] + dimensions.map(\.1)).joined(separator: " ")
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        ToldMetric(name: name(label, dimensions), metrics: self)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        ToldMetric(name: name(label, dimensions), metrics: self)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        ToldMetric(name: name(label, dimensions), metrics: self)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

private final class ToldMetric: CounterHandler, RecorderHandler, TimerHandler {
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
