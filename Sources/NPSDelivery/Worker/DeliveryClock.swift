import Dispatch
package import Foundation
import Synchronization

/// The worker's clock: the time, and alarms. Tests bring their own.
package struct DeliveryClock: Sendable {
    package typealias Ring = @Sendable () -> Void

    package let now: @Sendable () -> Date
    /// Calls `ring` once, at that time or soon after, unless what is returned is called before.
    package let alarm: @Sendable (_ at: Date, _ ring: @escaping Ring) -> Ring

    package init(now: @escaping @Sendable () -> Date, alarm: @escaping @Sendable (Date, @escaping Ring) -> Ring) {
        self.now = now
        self.alarm = alarm
    }

    /// The machine's clock, and timers of Dispatch. None runs longer than five minutes; then the worker looks at the
    /// clock again, because somebody may have set it.
    package static let system = DeliveryClock(now: { Date() }) { date, ring in
        let seconds = min(max(date.timeIntervalSinceNow, 0), 300)
        let timer = Mutex(DispatchSource.makeTimerSource(queue: timers))
        timer.withLock { timer in
            timer.schedule(deadline: .now() + seconds)
            timer.setEventHandler(handler: ring)
            timer.activate()
        }
        return { timer.withLock { $0.cancel() } }
    }

    private static let timers = DispatchQueue(label: "nps-delivery-timers")
}
