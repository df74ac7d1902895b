package import NPSModel
package import NPSQueue

/// How many responses ended how, for the metrics, and what became of those that need a person.
package struct DeliveryCounts: Sendable, Hashable {
    package var delivered = 0
    package var retried = 0
    package var ambiguous = 0
    package var parked: [Verdict] = []
    /// Of the delivered ones, those whose record Planhat linked to nobody.
    package var unlinked: [ResponseID] = []

    package init(_ verdicts: some Sequence<Verdict>) {
        for verdict in verdicts {
            switch verdict.outcome {
            case .delivered: delivered += 1
            case .retry: retried += 1
            case .ambiguous: ambiguous += 1
            case .park: parked.append(verdict)
            }
        }
    }
}
