/// One metric as outsiders know it: a name that never changes, its kind, and what the metrics page says of it.
///
/// Dashboards and alerts depend on the names. They may become more, but none is renamed, and none changes its unit, which
/// is the last part of the name: seconds or bytes, always without a prefix.
struct Metric: Sendable, Hashable {
    /// As Prometheus names them.
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
        case summary
    }

    let name: String
    let kind: Kind
    /// One line.
    let help: String
    /// Nil for what is no histogram.
    let buckets: Buckets?

    init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
        buckets = nil
    }

    /// A histogram.
    init(_ name: String, _ buckets: Buckets, _ help: String) {
        self.name = name
        kind = .histogram
        self.help = help
        self.buckets = buckets
    }
}

/// The upper bounds of a histogram's buckets. What is recorded are whole numbers, so that nothing is rounded and a few
/// instructions suffice.
struct Buckets: Sendable, Hashable {
    /// Ascending.
    let bounds: [Int64]
    /// How many of what is recorded make one of the metric's unit.
    let perUnit: Double

    /// For nanoseconds, shown in seconds.
    static func seconds(_ bounds: Double...) -> Buckets {
        Buckets(bounds: bounds.map { Int64(($0 * 1_000_000_000).rounded()) }, perUnit: 1_000_000_000)
    }

    static func counts(_ bounds: Int64...) -> Buckets {
        Buckets(bounds: bounds, perUnit: 1)
    }
}
