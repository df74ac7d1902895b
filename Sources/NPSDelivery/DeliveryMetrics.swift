import Metrics

/// What delivery counts. Labels hold kinds and statuses, never values.
struct DeliveryMetrics: Sendable {
    private let chosen: (any MetricsFactory)?

    /// - Parameter factory: nil for the system's, which may be set up later than this.
    init(factory: (any MetricsFactory)?) {
        chosen = factory
    }

    private var factory: any MetricsFactory { chosen ?? MetricsSystem.factory }

    /// Makes the figures visible before there is anything to count.
    func begin() {
        for outcome in ["delivered", "retried", "ambiguous", "parked"] { count(outcome, 0) }
        countUnlinked(0)
        note(isPaused: false)
    }

    func count(_ counts: DeliveryCounts) {
        count("delivered", counts.delivered)
        count("retried", counts.retried)
        count("ambiguous", counts.ambiguous)
        count("parked", counts.parked.count)
        countUnlinked(counts.unlinked.count)
    }

    /// Delivered, and yet of little use: Planhat linked the record to nobody. Only creates tell.
    private func countUnlinked(_ number: Int) {
        Counter(label: "nps_delivery_unlinked_total", dimensions: [], factory: factory).increment(by: number)
    }

    private func count(_ outcome: String, _ number: Int) {
        Counter(label: "nps_delivery_total", dimensions: [("outcome", outcome)], factory: factory).increment(by: number)
    }

    /// - Parameter status: ``PlanhatSender/Reply/status``
    func count(_ operation: Batch.Operation, status: String) {
        let dimensions = [("operation", operation.rawValue), ("status", status)]
        Counter(label: "nps_delivery_requests_total", dimensions: dimensions, factory: factory).increment()
    }

    func note(isPaused: Bool) {
        Gauge(label: "nps_delivery_paused", dimensions: [], factory: factory).record(isPaused ? 1 : 0)
    }
}
