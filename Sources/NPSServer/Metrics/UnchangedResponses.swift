import Metrics
import NPSQueue

extension Sequence<Acceptance> {
    /// Counts what changed nothing, by its reason: what is dropped as old is not dropped silently.
    func countUnchanged() {
        for case .unchanged(let reason) in self {
            Counter(label: "nps_responses_unchanged_total", dimensions: [("reason", reason.rawValue)]).increment()
        }
    }
}
