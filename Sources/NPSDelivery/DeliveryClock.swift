import Dispatch
package import Foundation
import Synchronization

/// Time as the worker sees it: what it is now, and a bell that rings later. Tests bring their own.
package struct DeliveryClock: Sendable {
    package typealias Ring = @Sendable () -> Void

    package let now: @Sendable () -> Date
    /// Rings once, at that time or soon after; what is returned calls it off.
    package let alarm: @Sendable (_ at: Date, _ ring: @escaping Ring) -> Ring

    package init(now: @escaping @Sendable () -> Date, alarm: @escaping @Sendable (Date, @escaping Ring) -> Ring) {
        self.now = now
        self.alarm = alarm
    }

    /// The machine's clock, and timers of Dispatch. None runs longer than five minutes, after which the worker
    /// looks at the clock again: somebody may have set it.
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
