import Foundation
import NPSDelivery
import Synchronization
import TestSupport

/// A clock that stands until somebody sets an alarm.
///
/// A hasty one jumps to each alarm at once, so that half an hour of waiting takes no time, and remembers how long
/// each wait was. A patient one hands its alarms to the test, which rings them.
final class AlarmClock: Sendable {
    struct Alarm: Sendable {
        let date: Date
        let seconds: TimeInterval
        let ring: @Sendable () -> Void
    }

    /// Shorter waits are the pace's, and no test is about them.
    private static let noticed: TimeInterval = 0.01

    private let isHasty: Bool
    private let clock = TestClock()
    private let noticedWaits = Mutex<[TimeInterval]>([])
    private let alarms: AsyncStream<Alarm>
    private let setAlarm: AsyncStream<Alarm>.Continuation

    init(isHasty: Bool = true) {
        self.isHasty = isHasty
        (alarms, setAlarm) = AsyncStream.makeStream()
    }

    var now: Date { clock.now }

    /// The waits so far, in seconds.
    var waits: [TimeInterval] { noticedWaits.withLock { $0 } }

    var deliveryClock: DeliveryClock {
        DeliveryClock(now: { [clock] in clock.now }) { [self] date, ring in
            // Only an arrival ends such a wait here.
            guard let date else { return {} }
            let seconds = date.timeIntervalSince(now)
            let isNoticed = seconds >= Self.noticed
            if isNoticed { noticedWaits.withLock { $0.append(seconds) } }
            let alarm = Alarm(date: date, seconds: seconds) { [clock] in
                clock.move(to: date)
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
}
