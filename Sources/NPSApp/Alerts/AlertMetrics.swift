import Foundation
import Metrics
import NPSQueue

/// What the metrics tell of alerts. All series are there from the start.
struct AlertMetrics: Sendable {
    private let factory: any MetricsFactory

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
    }

    func begin() {
        show([], undelivered: [], at: Date())
        for outcome in AlertOutcome.labels + [Self.givenUp] { count(outcome, 0) }
    }

    private static let givenUp = "givenUp"

    /// - Parameter active: the alerts that hold, as this collector knows it.
    func show(_ active: [AlertKey], undelivered: [KeptMessage], at now: Date) {
        for kind in AlertKind.allCases {
            Gauge(label: "nps_alerts_active", dimensions: [("alert", kind.rawValue)], factory: factory)
                .record(active.count { $0.alert == kind.rawValue })
        }
        let oldest = undelivered.map { now.timeIntervalSince($0.createdAt) }.max() ?? 0
        Gauge(label: "nps_alert_oldest_undelivered_seconds", factory: factory).record(max(0, oldest.rounded(.down)))
    }

    func count(_ outcome: AlertOutcome) { count(outcome.label, 1) }

    /// Messages that nobody will get any more.
    func countGivenUp(_ count: Int) { self.count(Self.givenUp, count) }

    private func count(_ outcome: String, _ count: Int) {
        Counter(label: "nps_alert_deliveries_total", dimensions: [("outcome", outcome)], factory: factory)
            .increment(by: count)
    }
}
