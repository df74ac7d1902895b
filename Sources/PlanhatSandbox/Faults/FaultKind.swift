/// What can go wrong with one request, each in the name it has as a flag and in `/sandbox/faults`.
package enum FaultKind: String, Sendable, Hashable, CaseIterable {
    case dropBefore = "drop-before"
    case unauthorized = "401"
    case forbidden = "403"
    case tooManyRequests = "429"
    /// 429 of a proxy that passed the request on: it is committed.
    case tooManyRequestsAfter = "429-after"
    case timeoutAfter = "408-after"
    case tooEarlyAfter = "425-after"
    case unavailableBefore = "503-before"
    /// A cache's own error page, such as Varnish's, with `Retry-After`: it is committed.
    case unavailableAfter = "503-after"
    case errorBefore = "500-before"
    case badGateway = "502-html"
    case dropAfter = "drop-after"
    case errorAfter = "500-after"
    /// A proxy timed out while the work was being done: it is committed.
    case gatewayTimeout = "504-html"
    case slow
    case truncated
    case empty = "empty-2xx"
    case created = "created-201"
    case partialErrors = "206-partial"
    case partialPermissions = "403-partial"

    func applies(to operation: Operation) -> Bool {
        switch self {
        case .created: operation == .create
        case .partialErrors, .partialPermissions: operation == .upsert
        default: true
        }
    }

    func action(_ behaviour: Behaviour) -> FaultAction {
        switch self {
        case .dropBefore: .drop(committing: false)
        case .unauthorized: .refuse(.unauthorized)
        case .forbidden: .refuse(.forbidden)
        case .tooManyRequests: .refuse(.tooManyRequests)
        case .tooManyRequestsAfter: .commitThen(.tooManyRequests)
        case .timeoutAfter: .commitThen(.requestTimeout)
        case .tooEarlyAfter: .commitThen(.tooEarly)
        case .unavailableBefore: .refuse(.unavailable)
        case .unavailableAfter: .commitThen(.unavailable)
        case .errorBefore: .refuse(.internalError)
        case .badGateway: .refuse(.badGateway)
        case .dropAfter: .drop(committing: true)
        case .errorAfter: .commitThen(.internalError)
        case .gatewayTimeout: .commitThen(.gatewayTimeout)
        case .slow: .delay(milliseconds: behaviour.slowDelay)
        case .truncated: .truncate
        case .empty: .empty
        case .created: .created
        case .partialErrors: .partial(.errors)
        case .partialPermissions: .partial(.permissions)
        }
    }
}

/// What to do with one request.
package enum FaultAction: Sendable, Hashable {
    case proceed
    /// Answer like this, with nothing stored.
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
    case notFound
    case tooManyRequests
    case requestTimeout
    case tooEarly
    case unavailable
    case internalError
    case badGateway
    case gatewayTimeout
}

extension Behaviour.Poison {
    /// What a request with the word gets; nil for what its work gives.
    var action: FaultAction? {
        switch self {
        case .none: nil
        case .forbidden: .refuse(.forbidden)
        case .notFound: .refuse(.notFound)
        case .requestTimeout: .refuse(.requestTimeout)
        case .tooEarly: .refuse(.tooEarly)
        case .tooManyRequests: .refuse(.tooManyRequests)
        case .internalError: .refuse(.internalError)
        case .unavailable: .refuse(.unavailable)
        case .drop: .drop(committing: false)
        }
    }
}

/// Where the failed items of a bulk upsert are listed.
package enum PartialFailure: Sendable, Hashable {
    /// `createdErrors` and `updatedErrors`.
    case errors
    /// `permissionErrors`, which makes the answer a 403.
    case permissions
}
