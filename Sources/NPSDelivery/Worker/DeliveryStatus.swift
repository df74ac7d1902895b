package import Foundation
import Logging
import NPSModel

/// How delivery is, for readiness in detail, logs and people.
package enum DeliveryStatus: Sendable, Hashable, CustomStringConvertible {
    /// Nothing is due until then; nil when nothing waits at all.
    case idle(until: Date?)
    case forwarding
    /// It goes on by itself, at this time at the earliest.
    case backingOff(until: Date, reason: String)
    /// A person has to fix something; then it goes on by itself.
    case paused(sentence: String, since: Date)

    /// For programs: `queue status --json` prints it.
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
        case .idle(let date?): "Everything due is delivered; the next is due at \(Self.text(date))."
        case .forwarding: "Responses are being delivered."
        case .backingOff(_, let reason): "Delivery waits and goes on by itself: \(reason)."
        case .paused(let sentence, _): sentence
        }
    }

    /// `2026-11-30 20:52:05 UTC`
    private static func text(_ date: Date) -> String {
        let text = Timestamp.format(date)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }

    var isPaused: Bool {
        if case .paused = self { true } else { false }
    }

    /// Tells that delivery pauses, waits or goes on: once for each change, not for each failure.
    func log(after former: DeliveryStatus, to logger: Logger) {
        switch (former, self) {
        case (.paused(let before, _), .paused(let sentence, _)) where before == sentence: break
        case (_, .paused(let sentence, _)):
            logger.error("delivery is paused", metadata: ["reason": "\(sentence)"])
        case (.backingOff, .backingOff): break
        case (_, .backingOff(_, let reason)):
            logger.warning("delivery waits and goes on by itself", metadata: ["reason": "\(reason)"])
        case (.paused, _), (.backingOff, _):
            logger.info("delivery goes on")
        case (.idle, _), (.forwarding, _): break
        }
    }
}
