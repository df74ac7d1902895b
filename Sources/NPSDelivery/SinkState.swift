import Foundation
import PlanhatAPI

/// What the last answers say about Planhat as a whole, and so when anything may be sent again.
struct SinkState {
    private(set) var condition = Condition.forwarding
    /// Nil = at once.
    private(set) var notBefore: Date?
    private var failures = 0
    private var limits = 0

    /// Whether something may be sent now; a wait that is over is forgotten, what led to it is not.
    mutating func isOpen(at now: Date) -> Bool {
        guard let notBefore else { return true }
        guard notBefore <= now else { return false }
        self.notBefore = nil
        return true
    }

    mutating func succeeded() {
        self = SinkState()
    }

    /// Not reached, or broken: everything waits a little longer each time.
    mutating func failed(_ reason: String, at now: Date, random: Double) {
        let until = now.addingTimeInterval(Backoff.delay(attempt: failures, random: random))
        failures += 1
        notBefore = until
        condition = .waiting(until: until, reason: reason)
    }

    /// 429: the whole queue waits; the documented window is 60 to 120 s.
    mutating func rateLimited(_ retryAfter: TimeInterval?, at now: Date) {
        let until = now.addingTimeInterval(retryAfter ?? (limits == 0 ? 60 : 120))
        limits += 1
        notBefore = until
        condition = .waiting(until: until, reason: "Planhat asked for a pause (429).")
    }

    /// A wrong token and its like: tried again slowly, because a person has to act.
    mutating func refused(_ reason: String, probeAfter: TimeInterval, at now: Date) {
        let doubled = probeAfter * Double(1 << min(failures, 8))
        failures += 1
        notBefore = now.addingTimeInterval(min(doubled, Backoff.longest))
        condition = .paused(reason: reason)
    }
}
