package import Foundation

/// How forwarding is, for health and metrics.
package enum Condition: Sendable, Equatable, CustomStringConvertible {
    case forwarding
    /// Waits until then because Planhat asked for it or can't be reached.
    case waiting(until: Date, reason: String)
    /// Nothing is sent until a person changes something; tried again by itself.
    case paused(reason: String)

    package var description: String {
        switch self {
        case .forwarding: "ok"
        case .waiting(_, let reason): "waiting: \(reason)"
        case .paused(let reason): "paused: \(reason)"
        }
    }
}
