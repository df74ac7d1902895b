package import Foundation
import NPSModel

/// How forwarding is, for readiness in detail, logs and people.
package enum DeliveryStatus: Sendable, Hashable, CustomStringConvertible {
    /// Nothing is due until then; nil when nothing waits at all.
    case idle(until: Date?)
    case forwarding
    /// It goes on by itself, at this time at the earliest.
    case backingOff(until: Date, reason: String)
    /// A person has to mend something; then it goes on by itself.
    case paused(sentence: String, since: Date)

    /// For programs.
    package var name: String {
        switch self {
        case .idle: "idle"
        case .forwarding: "forwarding"
        case .backingOff: "backingOff"
        case .paused: "paused"
        }
    }

    package var description: String {
        switch self {
        case .idle(nil): "Everything is delivered."
        case .idle(let date?): "Everything due is delivered; the next is due at \(Timestamp.format(date))."
        case .forwarding: "Responses are being delivered."
        case .backingOff(_, let reason): "Delivery waits and goes on by itself: \(reason)."
        case .paused(let sentence, _): sentence
        }
    }
}
