package import Foundation
import Synchronization

/// A clock that stands until a test moves it, or until somebody sleeps by it.
package final class TestClock: Sendable {
    private struct State {
        var milliseconds: Double
        var sleeps: [TimeInterval] = []
    }

    private let state: Mutex<State>
    private let start: Double
    private let startInstant = ContinuousClock.now

    /// - Parameter start: in seconds since 1970
    package init(at start: TimeInterval = 1_700_000_000) {
        self.start = start * 1_000
        state = Mutex(State(milliseconds: start * 1_000))
    }

    package var now: Date { Date(timeIntervalSince1970: state.withLock { $0.milliseconds } / 1_000) }

    /// The same time for code that measures with the monotonic clock.
    package var instant: ContinuousClock.Instant {
        startInstant + .milliseconds(state.withLock { $0.milliseconds } - start)
    }

    /// How long each call of ``sleep(_:)`` was, in seconds and whole milliseconds.
    package var sleeps: [TimeInterval] { state.withLock { $0.sleeps } }

    package func advance(by seconds: TimeInterval) {
        state.withLock { $0.milliseconds += seconds * 1_000 }
    }

    /// Moves on to this time, or to the next whole millisecond, which is what the queue keeps; never back.
    package func move(to date: Date) {
        let target = (date.timeIntervalSince1970 * 1_000).rounded(.up)
        state.withLock { $0.milliseconds = max($0.milliseconds, target) }
    }

    /// Takes no time: moves the clock on and remembers by how much.
    package func sleep(_ seconds: TimeInterval) {
        state.withLock { state in
            state.milliseconds += seconds * 1_000
            state.sleeps.append((seconds * 1_000).rounded() / 1_000)
        }
    }
}
