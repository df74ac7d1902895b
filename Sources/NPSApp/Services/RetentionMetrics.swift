import Foundation
import Metrics

/// What the metrics tell of what is removed for its age. All series are there from the start.
struct RetentionMetrics: Sendable {
    /// What there is a period for. The raw values are labels.
    enum Kind: String, CaseIterable {
        case quarantine
        case parked
        case receipts
    }

    private let factory: any MetricsFactory

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
    }

    func begin(_ periods: Retention.Periods) {
        for kind in Kind.allCases {
            let period =
                switch kind {
                case .quarantine: periods.quarantine
                case .parked: periods.parked
                case .receipts: periods.receipts
                }
            Gauge(label: "nps_retention_period_seconds", dimensions: [("kind", kind.rawValue)], factory: factory)
                .record(period ?? .infinity)
            removed(kind, 0)
        }
        swept(at: Date(timeIntervalSince1970: 0))
    }

    func removed(_ kind: Kind, _ count: Int) {
        Counter(label: "nps_retention_removed_total", dimensions: [("kind", kind.rawValue)], factory: factory)
            .increment(by: count)
    }

    /// All that was old is gone; at first in 1970.
    func swept(at date: Date) {
        Gauge(label: "nps_retention_last_sweep_timestamp_seconds", factory: factory)
            .record(date.timeIntervalSince1970.rounded(.down))
    }
}
