import Metrics
package import NPSModel
package import NPSQueue
import PlanhatAPI

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
        for kind in ParkedKind.allCases.map(\.rawValue) + ["unreadable"] { countParked(kind, 0) }
        countUnlinked(0)
        note(isPaused: false)
    }

    func count(_ counts: DeliveryCounts) {
        count("delivered", counts.delivered)
        count("retried", counts.retried)
        count("ambiguous", counts.ambiguous)
        count("parked", counts.parked.count)
        for verdict in counts.parked {
            guard case .park(let reason, _) = verdict.outcome else { continue }
            countParked(ParkedKind(reason: reason).rawValue, 1)
        }
        countUnlinked(counts.unlinked.count)
    }

    /// - Parameter kind: one of ``ParkedKind``, or `unreadable`, which the queue counts itself.
    private func countParked(_ kind: String, _ number: Int) {
        Counter(label: "nps_delivery_parked_total", dimensions: [("kind", kind)], factory: factory)
            .increment(by: number)
    }

    /// Delivered, but Planhat linked the record to no contact and no company. Only the answer to a create tells.
    private func countUnlinked(_ number: Int) {
        Counter(label: "nps_delivery_unlinked_total", dimensions: [], factory: factory).increment(by: number)
    }

    private func count(_ outcome: String, _ number: Int) {
        Counter(label: "nps_delivery_total", dimensions: [("outcome", outcome)], factory: factory).increment(by: number)
    }

    /// Counts one request.
    ///
    /// - Parameters:
    ///   - status: ``PlanhatSender/Reply/status``
    ///   - duration: until its answer was read, or it was given up.
    func count(_ operation: Batch.Operation, status: String, took duration: Duration) {
        let (seconds, attoseconds) = duration.components
        Timer(
            label: "nps_delivery_request_duration_seconds",
            dimensions: [("operation", operation.rawValue)],
            factory: factory
        )
        .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        let dimensions = [("operation", operation.rawValue), ("status", status)]
        Counter(label: "nps_delivery_requests_total", dimensions: dimensions, factory: factory).increment()
    }

    func note(isPaused: Bool) {
        Gauge(label: "nps_delivery_paused", dimensions: [], factory: factory).record(isPaused ? 1 : 0)
    }
}

/// How many responses ended how, for the metrics, and what became of those that need a person.
package struct DeliveryCounts: Sendable, Hashable {
    package var delivered = 0
    package var retried = 0
    package var ambiguous = 0
    package var parked: [Verdict] = []
    /// Of the delivered ones, those whose record Planhat linked to no contact and no company.
    package var unlinked: [ResponseID] = []

    /// - Parameter result: of the request that led to these verdicts.
    package init(_ verdicts: some Sequence<Verdict>, _ result: SendResult) {
        for verdict in verdicts {
            switch verdict.outcome {
            case .delivered: delivered += 1
            case .retry: retried += 1
            case .ambiguous: ambiguous += 1
            case .park: parked.append(verdict)
            }
        }
        if case .created(let record) = result, record.id != nil, record.enduserId == nil, record.companyId == nil {
            unlinked = verdicts.map(\.id)
        }
    }
}
