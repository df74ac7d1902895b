/// What can go wrong with one request, each in the name it has as a flag and in `/sandbox/faults`.
package enum FaultKind: String, Sendable, Hashable, CaseIterable {
    case dropBefore = "drop-before"
    case unauthorized = "401"
    case forbidden = "403"
    case tooManyRequests = "429"
    case errorBefore = "500-before"
    case badGateway = "502-html"
    case dropAfter = "drop-after"
    case errorAfter = "500-after"
    /// A proxy that got tired of waiting while the work was being done: it is committed.
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
