import Dispatch
package import Foundation
import Synchronization

/// The worker's clock: the time, and alarms. Tests bring their own.
package struct DeliveryClock: Sendable {
    package typealias Ring = @Sendable () -> Void

    package let now: @Sendable () -> Date
    /// Calls `ring` once, at that time or sooner, unless what is returned is called before. The date is nil when the
    /// worker knows of nothing to come.
    package let alarm: @Sendable (_ at: Date?, _ ring: @escaping Ring) -> Ring

    package init(now: @escaping @Sendable () -> Date, alarm: @escaping @Sendable (Date?, @escaping Ring) -> Ring) {
        self.now = now
        self.alarm = alarm
    }

    /// The machine's clock, and timers of Dispatch.
    package static let system = DeliveryClock(now: { Date() }) { date, ring in
        let timer = Mutex(DispatchSource.makeTimerSource(queue: timers))
        timer.withLock { timer in
            timer.schedule(deadline: .now() + wait(until: date, at: Date()))
            timer.setEventHandler(handler: ring)
            timer.activate()
        }
        return { timer.withLock { $0.cancel() } }
    }

    /// In seconds; never more than a minute. Then the worker looks at the clock again, because somebody may have set it,
    /// and asks the queue for an arrival that nobody announced.
    static func wait(until date: Date?, at now: Date) -> TimeInterval {
        min(max(date?.timeIntervalSince(now) ?? longestWait, 0), longestWait)
    }

    private static let longestWait: TimeInterval = 60

    private static let timers = DispatchQueue(label: "nps-delivery-timers")
}
