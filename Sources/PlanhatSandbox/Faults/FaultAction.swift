/// What to do with one request.
package enum FaultAction: Sendable, Hashable {
    case proceed
    /// SandboxResponse so, with nothing stored.
    case refuse(FaultAnswer)
    /// Do the work, commit it, then answer as if it had failed.
    case commitThen(FaultAnswer)
    /// Close the connection without a byte of an answer.
    case drop(committing: Bool)
    case delay(milliseconds: Int)
    /// Do the work and send the first half of the body.
    case truncate
    /// Do the work and send the status without a body.
    case empty
    /// Do the work and answer 201 in place of 200.
    case created
    /// Bulk only: every second item fails, beginning with the first.
    case partial(PartialFailure)
}

/// An answer that takes the place of the real one.
package enum FaultAnswer: Sendable, Hashable {
    case unauthorized
    case forbidden
    case tooManyRequests
    case internalError
    case badGateway
    case gatewayTimeout
}

/// Where the failed items of a bulk upsert are listed.
package enum PartialFailure: Sendable, Hashable {
    /// `createdErrors` and `updatedErrors`.
    case errors
    /// `permissionErrors`, which makes the answer a 403.
    case permissions
}
