import Foundation
package import NPSModel
package import NPSQueue
import NPSWebhooks

/// Tries quarantined payloads again, one transaction each.
///
/// All of a payload's items become responses, or it stays as it is. Items that were accepted when the batch arrived are
/// `unchanged` then, so a repeated or interrupted replay stores nothing twice.
struct Replay {
    let queue: ResponseQueue
    let catalogue: SourceCatalogue
    let isDry: Bool

    /// Stops after the first outcome past `limit`: a mapping may take a second per entry, and the HTTP response must
    /// come before the connection's deadline. The caller asks again for the rest.
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
                return .failed(id, ReplayOutcome.gone)
            }
            return try await outcome(of: entry)
        } catch {
            // Somebody was quicker.
            if case .resolvedBefore = error { return .failed(id, ReplayOutcome.gone) }
            return .failed(id, error.description)
        }
    }

    private func outcome(of entry: QuarantineEntry) async throws(QueueError) -> ReplayOutcome {
        guard let source = catalogue.source(labelled: entry.source) else {
            return .failed(entry.id, "The source \(entry.source) is no longer configured.")
        }
        let results: [Result<Submission, InvalidResponse>]
        do throws(PayloadProblem) {
            results = try await source.map(
                Array(entry.body ?? Data()),
                contentType: entry.contentType,
                deliveryID: entry.deliveryID,
                receivedAt: entry.receivedAt
            )
        } catch {
            return .failed(entry.id, error.description)
        }
        let sorted = Intake.Sorted(results)
        guard sorted.problems.isEmpty else { return .invalid(entry.id, sorted.problems) }
        if !isDry { try await queue.accept(sorted.submissions, resolving: [entry.id]).outcomes.countUnchanged() }
        return .resolved(entry.id, into: sorted.submissions.map(queue.id))
    }
}

/// What became of one quarantined payload that was tried again, or in a dry run would become of it.
package struct ReplayOutcome: Codable, Sendable, Hashable {
    package enum Result: String, Codable, Sendable {
        /// Its responses are in the queue; the payload has left the quarantine.
        case accepted
        /// The mapping says that it is no response; it has left the quarantine as well.
        case ignored
        /// It stays, because its fields are still wrong.
        case invalid
        /// It couldn't be tried.
        case failed
    }

    package let id: QuarantineID
    package let result: Result
    /// The responses that it became, including those accepted earlier; `accepted` only.
    package let responses: [ResponseID]?
    /// What is still wrong, field by field; `invalid` only.
    package let errors: [FieldProblem]?
    /// A sentence; `failed` only.
    package let problem: String?

    private init(
        _ id: QuarantineID,
        _ result: Result,
        responses: [ResponseID]? = nil,
        errors: [FieldProblem]? = nil,
        problem: String? = nil
    ) {
        self.id = id
        self.result = result
        self.responses = responses
        self.errors = errors
        self.problem = problem
    }

    package static func resolved(_ id: QuarantineID, into responses: [ResponseID]) -> ReplayOutcome {
        responses.isEmpty ? ReplayOutcome(id, .ignored) : ReplayOutcome(id, .accepted, responses: responses)
    }

    package static func invalid(_ id: QuarantineID, _ errors: [FieldProblem]) -> ReplayOutcome {
        ReplayOutcome(id, .invalid, errors: errors)
    }

    package static func failed(_ id: QuarantineID, _ problem: String) -> ReplayOutcome {
        ReplayOutcome(id, .failed, problem: problem)
    }

    fileprivate static let gone = "There is no quarantined payload of this id."

    /// Whether there was no such payload any more.
    var isGone: Bool { result == .failed && problem == Self.gone }

    /// Whether the payload is out of quarantine.
    package var isResolved: Bool { result == .accepted || result == .ignored }
}
