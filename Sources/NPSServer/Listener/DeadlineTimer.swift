import NIOCore

/// The one timer of a connection. It is set again only when it fires or would fire too late: with the usual limits that is
/// rare, so a deadline costs a request almost nothing.
struct DeadlineTimer {
    private var task: Scheduled<Void>?
    /// Nil when it isn't set.
    private(set) var firesAt: NIODeadline?

    /// To be called on the event loop. What was set before is cancelled.
    ///
    /// - Parameter fire: has to begin with ``fired()``.
    mutating func set(to deadline: NIODeadline, on eventLoop: any EventLoop, _ fire: @escaping () -> Void) {
        task?.cancel()
        firesAt = deadline
        task = eventLoop.assumeIsolated().scheduleTask(deadline: deadline, fire)
    }

    mutating func fired() {
        task = nil
        firesAt = nil
    }

    mutating func cancel() {
        task?.cancel()
        fired()
    }
}
