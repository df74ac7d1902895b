import CoreMetrics
import HTTPTypes
import NPSQueue

/// What is counted of one of the two forms, beside its answers by their status.
struct FormCounters: Sendable {
    let outcomes: OutcomeCounters
    private let timer: AcceptTimer

    /// - Parameter name: `survey` or `link`.
    init(_ name: String, factory: any MetricsFactory) {
        outcomes = OutcomeCounters(source: name, factory: factory)
        timer = AcceptTimer(route: name, factory: factory)
    }

    /// An answer that thanks has stored something.
    func answered(_ answer: HTTPAnswer, since start: ContinuousClock.Instant) {
        if answer.status == .seeOther { timer.record(since: start) }
    }

    /// What is shown instead of thanks, because nothing was stored.
    func refused(_ refusal: FormPosts.Refusal) -> HTTPAnswer {
        outcomes.count(.refused)
        return refusal.answer
    }
}
