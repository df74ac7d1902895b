import Foundation
import NPSDelivery
import Synchronization

/// A clock that stands until somebody waits for it.
///
/// A hasty one jumps to each alarm at once, so that half an hour of waiting takes no time, and remembers how long
/// each wait was. A patient one hands its alarms to the test, which rings them.
final class TestClock: Sendable {
    struct Alarm: Sendable {
        let date: Date
        let seconds: TimeInterval
        let ring: @Sendable () -> Void
    }

    private struct State {
        var milliseconds: Double = 1_700_000_000_000
        var waits: [TimeInterval] = []
    }

    /// Shorter waits are the pace's, and nobody's concern.
    private static let noticed: TimeInterval = 0.01

    private let isHasty: Bool
    private let state = Mutex(State())
    private let alarms: AsyncStream<Alarm>
    private let setAlarm: AsyncStream<Alarm>.Continuation

    init(isHasty: Bool = true) {
        self.isHasty = isHasty
        (alarms, setAlarm) = AsyncStream.makeStream()
    }

    var now: Date { state.withLock { Date(timeIntervalSince1970: $0.milliseconds / 1_000) } }

    /// The waits so far, in seconds.
    var waits: [TimeInterval] { state.withLock { $0.waits } }

    var deliveryClock: DeliveryClock {
        DeliveryClock(now: { [self] in now }) { [self] date, ring in
            let seconds = date.timeIntervalSince(now)
            let isNoticed = seconds >= Self.noticed
            if isNoticed { state.withLock { $0.waits.append(seconds) } }
            let alarm = Alarm(date: date, seconds: seconds) { [self] in
                move(to: date)
                ring()
            }
            if isHasty || !isNoticed { alarm.ring() } else { setAlarm.yield(alarm) }
            return {}
        }
    }

    /// The next alarm that lies ahead. Whoever is woken in between sets the same one again.
    func nextAlarm() async -> Alarm? {
        await alarms.first { [self] in $0.date > now }
    }

    private func move(to date: Date) {
        // Up to the whole millisecond, which is what the queue keeps.
        let target = (date.timeIntervalSince1970 * 1_000).rounded(.up)
        state.withLock { $0.milliseconds = max($0.milliseconds, target) }
    }
}
