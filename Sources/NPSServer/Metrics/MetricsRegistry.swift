package import CoreMetrics
import NPSModel
import Synchronization

/// Keeps the program's metrics and prints them in Prometheus' text format 0.0.4.
///
/// Counters and gauges only; timers are kept as a sum and a count in seconds.
package final class MetricsRegistry: MetricsFactory {
    private let series = Mutex<[String: MetricSeries]>([:])

    package init() {}

    private func series(_ label: String, _ dimensions: [(String, String)], _ kind: MetricSeries.Kind) -> MetricSeries {
        let name = Self.name(label, dimensions)
        return series.withLock { series in
            if let known = series[name] { return known }
            let new = MetricSeries(family: Self.sanitized(label), name: name, kind: kind)
            series[name] = new
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

    /// All series, sorted by name.
    package func text() -> String {
        let all = series.withLock { Array($0.values) }.sorted { $0.name < $1.name }
        var lines: [String] = []
        var family = ""
        for entry in all {
            if entry.family != family {
                family = entry.family
                lines.append("# TYPE \(family) \(entry.kind.rawValue)")
            }
            lines += entry.lines
        }
        return lines.joined(separator: "\n") + "\n"
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
        series(label, dimensions, aggregate ? .summary : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .summary)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
