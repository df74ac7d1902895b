import Foundation
import Synchronization

/// Has the kernel kill this process at a point in time, also while it is stopped or its threads are.
///
/// A process that is frozen between its last look at the clock and the `write(2)` that follows would send, when it goes on,
/// what another one has sent meanwhile. No code of its own can prevent that; a signal that waits for it can.
/// Where the process is the first of a container, the kernel ignores the signal (`man 2 kill`, notes): run it under an init.
final class KillTimer: Sendable {
    private struct Timer {
        /// False where the kernel has none left.
        var isMade = false
        /// That of a process's first timer is 0, which is nil here.
        var id: timer_t?
    }

    private let timer: Mutex<Timer>

    init() {
        timer = Mutex(Timer())
        timer.withLock { timer in
            var event = sigevent()
            event.sigev_notify = CInt(SIGEV_SIGNAL)
            event.sigev_signo = SIGKILL
            var id: timer_t?
            timer.isMade = timer_create(BootTime.clock, &event, &id) == 0
            timer.id = id
        }
    }

    deinit {
        timer.withLock { timer in
            if timer.isMade { timer_delete(timer.id) }
        }
    }

    /// Kills the process at that time by ``BootTime``, at once when it is past, unless ``disarm()`` is called before.
    func arm(at time: Duration) { set(timespec(time)) }

    func disarm() { set(timespec()) }

    private func set(_ time: timespec) {
        timer.withLock { timer in
            guard timer.isMade else { return }
            var setting = itimerspec(it_interval: timespec(), it_value: time)
            timer_settime(timer.id, CInt(TIMER_ABSTIME), &setting, nil)
        }
    }
}
