import NPSModel

/// The metrics as a page in Prometheus' text format 0.0.4, sorted by name.
struct MetricsPage {
    private struct Family {
        let kind: Metric.Kind
        var lines: [String] = []
    }

    private static let known = Dictionary(Metric.all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private var families: [String: Family] = [:]

    /// What is known of the metric of this name; nil for one that isn't this program's own.
    static func metric(_ name: String) -> Metric? { known[name] }

    mutating func add(_ metric: Metric, _ value: Double, _ labels: [(String, String)] = []) {
        let line = "\(MetricsRegistry.name(metric.name, labels)) \(Self.text(value))"
        add(metric.name, metric.kind, [line])
    }

    mutating func add(_ metric: Metric, _ value: Int, _ labels: [(String, String)] = []) {
        add(metric, Double(value), labels)
    }

    /// One series for each label's value: 1 for the present one, 0 for all others.
    mutating func add(_ metric: Metric, _ label: String, _ values: [String], is present: String?) {
        for value in values { add(metric, value == present ? 1 : 0, [(label, value)]) }
    }

    mutating func add(_ name: String, _ kind: Metric.Kind, _ lines: [String]) {
        families[name, default: Family(kind: kind)].lines += lines
    }

    var text: String {
        var lines: [String] = []
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            if let help = Self.metric(name)?.help { lines.append("# HELP \(name) \(help)") }
            lines.append("# TYPE \(name) \(family.kind.rawValue)")
            lines += family.lines
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func text(_ number: Double) -> String {
        if let whole = Int64(exactly: number) { return String(whole) }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        return number.isNaN ? "NaN" : String(number)
    }
}
