package import Foundation

extension ResponseQueue {
    /// Compares the machine's clock with the time that the queue's file has seen. To be called every minute.
    ///
    /// - Parameter uptime: since the last call that returned, measured monotonically; zero for the first.
    package func observeClock(after uptime: Duration) async throws(QueueError) -> ClockReading {
        try await transact { transaction in
            try transaction.observeClock(after: uptime)
            return ClockReading(
                past: transaction.state.time.past(at: transaction.now)?.date,
                problem: transaction.state.time.problem(at: transaction.now)
            )
        }
    }
}

/// What may be concluded from the machine's clock.
package struct ClockReading: Sendable, Hashable {
    /// The time from which ages are counted: never ahead of the clock, nor of what uptime has confirmed. Nil until a
    /// clock was confirmed for the first time; then nothing is old.
    package let past: Date?
    package let problem: ClockProblem?
}

/// Why the machine's clock isn't believed.
package enum ClockProblem: Sendable, Hashable, CustomStringConvertible {
    case behind(by: Duration)
    /// It is believed when it has kept to its time for so much more uptime.
    case ahead(by: Duration, believedAfter: Duration)

    package var description: String {
        switch self {
        case .behind(let lag):
            """
            The clock is \(Self.text(lag)) behind the time that the queue has seen already. Nothing is deleted too \
            early by that, but check the machine's clock.
            """
        case .ahead(let lead, let wait):
            """
            The clock is \(Self.text(lead)) ahead of the time that the queue has seen. Nothing is deleted for its age \
            by that clock before \(Self.text(wait)) more of uptime: if the collector was off for so long, all is well; \
            if not, set the machine's clock.
            """
        }
    }

    private static func text(_ duration: Duration) -> String {
        let minutes = duration.components.seconds / 60
        switch minutes {
        case ..<120: return "\(minutes) min"
        case ..<2_880: return "\(minutes / 60) h"
        default: return "\(minutes / 1_440) days"
        }
    }
}
