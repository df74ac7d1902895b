package import Foundation

/// One line of a response's history.
package struct Attempt: Sendable, Hashable, Codable {
    package enum Result: String, Sendable, Hashable, Codable {
        case delivered
        case retry
        case ambiguous
        case parked
    }

    package let at: Date
    package let outcome: Result
    package let reason: String?
}
