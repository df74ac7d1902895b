import CoreMetrics
import Foundation
import HTTPTypes
import Metrics
import NPSQueue
import NPSWebhooks
import Synchronization

/// What is counted of webhook deliveries, by their source. All labels come from the configuration and from this program, none
/// from a sender.
final class WebhookCounters: Sendable {
    private let factory: any MetricsFactory
    private let activity: SourceActivity
    private let timer: AcceptTimer
    private let sources = Mutex<[String: SourceCounters]>([:])

    init(factory: any MetricsFactory, activity: SourceActivity) {
        self.factory = factory
        self.activity = activity
        timer = AcceptTimer(route: "webhook", factory: factory)
    }

    /// Shows the counters of all sources with 0, because Prometheus can't tell an increase from a series that begins.
    func begin(_ catalogue: SourceCatalogue) {
        for source in catalogue.sources { _ = self[source] }
    }

    /// Those of one source, to be looked up once a request.
    subscript(source: WebhookSource) -> SourceCounters {
        sources.withLock { sources in
            if let known = sources[source.label] { return known }
            let new = SourceCounters(source.label, factory: factory, activity: activity)
            sources[source.label] = new
            return new
        }
    }

    /// A delivery was answered with success.
    func accepted(since start: ContinuousClock.Instant) { timer.record(since: start) }
}

/// What is counted of one source's deliveries.
final class SourceCounters: Sendable {
    private let statuses: CounterFamily<Int>
    private let secrets: CounterFamily<Int>
    private let cutFields: CounterFamily<String>
    private let refusals: Counter
    private let outcomes: OutcomeCounters
    private let tally: SourceActivity.Tally

    init(_ source: String, factory: any MetricsFactory, activity: SourceActivity) {
        statuses = CounterFamily("nps_webhook_deliveries_total", factory: factory) {
            [("source", source), ("status", String($0))]
        }
        secrets = CounterFamily("nps_webhook_secret_matches_total", factory: factory) {
            [("source", source), ("secret", String($0 + 1))]
        }
        cutFields = CounterFamily("nps_webhook_fields_cut_total", factory: factory) {
            [("source", source), ("field", $0)]
        }
        refusals = Counter(
            label: "nps_quarantine_refused_total",
            dimensions: [("source", source)],
            factory: factory
        )
        outcomes = OutcomeCounters(source: source, factory: factory)
        tally = activity.tally(of: source)
    }

    /// One webhook request, by the status it was answered with.
    func answered(_ status: HTTPResponse.Status) {
        statuses.increment(status.code)
    }

    /// A delivery is authentic.
    ///
    /// - Parameters:
    ///   - index: which of the source's secrets it is signed with: once the old one is no longer used, a rotation is
    ///     complete. From 0, as in the configuration; shown from 1. Nil for a source that has no secrets.
    ///   - date: when it came.
    func verified(by index: Int?, at date: Date) {
        tally.noteDelivery(date)
        if let index { secrets.increment(index) }
    }

    /// What is on disk of a delivery.
    func stored(_ intake: Intake) {
        outcomes.count(intake.outcomes)
        for _ in intake.quarantined { outcomes.count(.quarantined) }
        if !intake.outcomes.isEmpty || !intake.quarantined.isEmpty { tally.noteFruit() }
    }

    /// Of a delivery or request of which nothing is stored.
    func count(_ outcome: IntakeOutcome) {
        outcomes.count(outcome)
        switch outcome {
        case .ignored: tally.noteIgnored()
        case .refused: tally.noteRefusal()
        case .accepted, .updated, .unchanged, .quarantined: break
        }
    }

    /// A field that was cut or left out, by its name in the mapping's output.
    func cut(_ field: String) {
        cutFields.increment(field)
    }

    /// A payload that found no room in the quarantine.
    func refusedForRoom() {
        refusals.increment()
        tally.noteLackOfRoom()
    }
}
