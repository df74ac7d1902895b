package import NPSModel
package import NPSQueue

/// What became of one quarantined payload that was tried again, or would become of it.
package struct ReplayOutcome: Codable, Sendable, Hashable {
    package enum Result: String, Codable, Sendable {
        /// Its responses are in the queue, the payload is not in quarantine any more.
        case accepted
        /// The mapping says that it is no response: it is not in quarantine any more either.
        case ignored
        /// It stays, because its fields are still wrong.
        case invalid
        /// It couldn't be tried.
        case failed
    }

    package let id: QuarantineID
    package let result: Result
    /// The responses that it became, those that were known before included; `accepted` only.
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

    /// Whether the payload is out of quarantine.
    package var isResolved: Bool { result == .accepted || result == .ignored }
}
