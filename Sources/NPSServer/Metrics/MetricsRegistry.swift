package import CoreMetrics
import NPSModel
import Synchronization

/// Keeps what the program counts, for the metrics page.
///
/// Timers and aggregating recorders are histograms where the table of metrics has buckets for them; without, they are kept
/// as a sum and a count, timers in seconds.
package final class MetricsRegistry: MetricsFactory {
    private let series = Mutex<[String: MetricSeries]>([:])
    private let histograms = Mutex<[String: Histogram]>([:])

    package init() {}

    private func series(_ label: String, _ dimensions: [(String, String)], _ kind: Metric.Kind) -> MetricSeries {
        let name = Self.name(label, dimensions)
        return series.withLock { series in
            if let known = series[name] { return known }
            let new = MetricSeries(family: Self.sanitized(label), name: name, kind: kind)
            series[name] = new
            return new
        }
    }

    /// Nil for a metric without buckets.
    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> Histogram? {
        guard let buckets = MetricsPage.metric(label)?.buckets else { return nil }
        let name = Self.name(label, dimensions)
        return histograms.withLock { histograms in
            if let known = histograms[name] { return known }
            let new = Histogram(family: label, name: name, buckets: buckets)
            histograms[name] = new
            return new
        }
    }

    /// The name of a series in the text: the label and the dimensions in braces.
    static func name(_ label: String, _ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return sanitized(label) }
        let labels = dimensions.map { "\(sanitized($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ",")
        return "\(sanitized(label)){\(labels)}"
    }

    private static func sanitized(_ label: String) -> String {
        // This runs for every request: a name that is valid already must cost nothing.
        if label.utf8.allSatisfy(isPlain) { return label }
        return String(label.unicodeScalars.map { $0.isASCII && isPlain(UInt8($0.value)) ? Character($0) : "_" })
    }

    /// Of ASCII: letters, digits and the underscore.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f: true
        default: false
        }
    }

    private static func escaped(_ value: String) -> String {
        if value.utf8.allSatisfy({ isPlain($0) || $0 == UInt8(ascii: "-") }) { return value }
        return value.replacing(byte: UInt8(ascii: "\\"), with: "\\\\")
            .replacing(byte: UInt8(ascii: "\""), with: "\\\"")
            .replacing(byte: UInt8(ascii: "\n"), with: "\\n")
    }

    /// Adds all series.
    func write(to page: inout MetricsPage) {
        let series = series.withLock { Array($0.values) }.sorted { $0.name < $1.name }
        for entry in series { page.add(entry.family, entry.kind, entry.lines) }
        let histograms = histograms.withLock { Array($0.values) }.sorted { $0.name < $1.name }
        for entry in histograms { page.add(entry.family, .histogram, entry.lines) }
    }
}

extension MetricsRegistry {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate, let histogram = histogram(label, dimensions) { return histogram }
        return series(label, dimensions, aggregate ? .summary : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        if let histogram = histogram(label, dimensions) { return histogram }
        return series(label, dimensions, .summary)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}

    /// A gauge whose labels mean nothing any more.
    package func destroyRecorder(_ handler: any RecorderHandler) {
        guard let gone = handler as? MetricSeries else { return }
        series.withLock { series in series[gone.name] = nil }
    }

    package func destroyTimer(_ handler: any TimerHandler) {}
}
