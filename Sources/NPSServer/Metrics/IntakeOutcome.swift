import CoreMetrics
import Metrics
import NPSQueue

/// What became of what came in. The raw values are labels of a metric.
enum IntakeOutcome: String, CaseIterable {
    /// Of a response: it is new.
    case accepted
    /// Of a response: it is known, and what it says is new.
    case updated
    /// Of a response: nothing was written.
    case unchanged
    /// Of an authentic delivery: there is no response in it.
    case ignored
    /// Of a payload: not all of it can be read as responses, and it is kept.
    case quarantined
    /// Of a request: not all of it is kept.
    case refused
}

/// How much of what one source sent became what. All outcomes are there from the start, with 0, because Prometheus can't tell
/// an increase from a series that begins.
struct OutcomeCounters: Sendable {
    private let counters: [IntakeOutcome: Counter]

    /// - Parameter source: the label of a source, `survey` or `link`.
    init(source: String, factory: any MetricsFactory) {
        counters = Dictionary(
            uniqueKeysWithValues: IntakeOutcome.allCases.map { outcome in
                let dimensions = [("source", source), ("outcome", outcome.rawValue)]
                return (outcome, Counter(label: Metric.accepts.name, dimensions: dimensions, factory: factory))
            }
        )
    }

    func count(_ outcome: IntakeOutcome) {
        counters[outcome]?.increment()
    }

    func count(_ acceptances: [Acceptance]) {
        for acceptance in acceptances {
            switch acceptance {
            case .accepted: count(.accepted)
            case .updated: count(.updated)
            case .unchanged: count(.unchanged)
            }
        }
    }
}

/// How long it took to accept something, for one of the ways in.
struct AcceptTimer: Sendable {
    private let timer: CoreMetrics.Timer

    /// - Parameter route: `webhook`, `survey` or `link`.
    init(route: String, factory: any MetricsFactory) {
        timer = CoreMetrics.Timer(
            label: Metric.acceptDuration.name,
            dimensions: [("route", route)],
            factory: factory
        )
    }

    func record(since start: ContinuousClock.Instant) {
        let duration = (ContinuousClock.now - start).components
        timer.recordNanoseconds(duration.seconds * 1_000_000_000 + duration.attoseconds / 1_000_000_000)
    }
}
