package import NPSModel
package import NPSQueue

/// What became of one quarantined payload that was tried again.
package struct ReplayOutcome: Codable, Sendable {
    package let id: QuarantineID
    /// The responses that it became (or would become, in a dry run); nil when it stays in quarantine.
    package var responses: [ResponseID]?
    /// What is still wrong, field by field.
    package var errors: [FieldProblem]?
    /// Why it can't be tried at all.
    package var problem: String?
}
