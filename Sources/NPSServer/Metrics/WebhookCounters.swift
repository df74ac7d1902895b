import CoreMetrics
import HTTPTypes
import NPSQueue
import NPSWebhooks

/// What is counted of each webhook delivery. All labels come from the configuration and from this program, none from a
/// sender.
struct WebhookCounters: Sendable {
    private struct Delivery: Hashable {
        let source: String
        let status: Int
    }

    private struct Secret: Hashable {
        let source: String
        let index: Int
    }

    private struct CutField: Hashable {
        let source: String
        let field: String
    }

    private let deliveries: CounterFamily<Delivery>
    private let secrets: CounterFamily<Secret>
    private let cutFields: CounterFamily<CutField>
    private let refusals: CounterFamily<String>

    init(factory: any MetricsFactory) {
        deliveries = CounterFamily("nps_webhook_deliveries_total", factory: factory) {
            [("source", $0.source), ("status", String($0.status))]
        }
        secrets = CounterFamily("nps_webhook_secret_matches_total", factory: factory) {
            [("source", $0.source), ("secret", String($0.index + 1))]
        }
        cutFields = CounterFamily("nps_webhook_fields_cut_total", factory: factory) {
            [("source", $0.source), ("field", $0.field)]
        }
        refusals = CounterFamily("nps_quarantine_refused_total", factory: factory) { [("source", $0)] }
    }

    /// One webhook request, by the status it was answered with.
    func delivery(to source: WebhookSource, status: HTTPResponse.Status) {
        deliveries.increment(Delivery(source: source.label, status: status.code))
    }

    /// Which of a source's secrets a delivery is signed with: once the old one is no longer used, a rotation is complete.
    ///
    /// - Parameter index: from 0, as in the configuration; shown from 1. Nil for a source that has no secrets.
    func secret(_ index: Int?, of source: WebhookSource) {
        guard let index else { return }
        secrets.increment(Secret(source: source.label, index: index))
    }

    /// A field that was cut or left out, by its name in the mapping's output.
    func cut(_ field: String, from source: WebhookSource) {
        cutFields.increment(CutField(source: source.label, field: field))
    }

    /// A payload that found no room in the quarantine.
    func refused(_ refusal: QuarantineRefusal) {
        refusals.increment(refusal.source)
    }
}
