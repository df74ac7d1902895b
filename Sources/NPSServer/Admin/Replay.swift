import Foundation
import NPSModel
import NPSQueue
import NPSWebhooks

/// Tries quarantined payloads again, one transaction each.
///
/// All of a payload's items become responses, or it stays as it is. Those of a batch that were accepted when it came
/// in are `unchanged` then, so whatever is repeated, or broken off, doubles nothing.
struct Replay {
    let queue: ResponseQueue
    let catalogue: SourceCatalogue
    let isDry: Bool

    /// Stops after the first outcome that comes later than `limit`: a mapping may take a second for each entry, and
    /// an answer has to come before its connection is given up. Whoever asks goes on with the rest.
    func outcomes(of ids: [QuarantineID], within limit: Duration) async -> [ReplayOutcome] {
        let begin = ContinuousClock.now
        var outcomes: [ReplayOutcome] = []
        for id in ids {
            outcomes.append(await outcome(of: id))
            if ContinuousClock.now - begin >= limit { break }
        }
        return outcomes
    }

    private func outcome(of id: QuarantineID) async -> ReplayOutcome {
        do throws(QueueError) {
            guard let entry = try await queue.quarantineEntry(id) else {
                return .failed(id, "There is no quarantined payload of this id.")
            }
            return try await outcome(of: entry)
        } catch {
            return .failed(id, error.description)
        }
    }

    private func outcome(of entry: QuarantineEntry) async throws(QueueError) -> ReplayOutcome {
        guard let source = catalogue.source(named: entry.source) else {
            return .failed(entry.id, "The source \(entry.source) is not configured any more.")
        }
        let results: [Result<Submission, InvalidResponse>]
        do throws(PayloadProblem) {
            results = try await source.map(
                Array(entry.body ?? Data()),
                contentType: entry.contentType,
                receivedAt: entry.receivedAt
            )
        } catch {
            return .failed(entry.id, error.description)
        }
        let sorted = Intake.Sorted(results)
        guard sorted.problems.isEmpty else { return .invalid(entry.id, sorted.problems) }
        if !isDry { _ = try await queue.accept(sorted.submissions, resolving: [entry.id]) }
        return .resolved(entry.id, into: sorted.submissions.map(\.response.id))
    }
}
