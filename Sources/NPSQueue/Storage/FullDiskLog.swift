import Logging
import Synchronization

/// Says in the log when a full disk begins to keep responses from being accepted, and when there is room again.
///
/// Each is said once: requests go on coming while the disk is full, and each of them fails. Around the limit a small
/// response may still find room where a large one finds none, so there is room only after a while without a refusal.
final class FullDiskLog: Sendable {
    private static let quiet = Duration.seconds(10)

    private let logger: Logger
    /// When something was refused last; nil once there is room again.
    private let lastRefusal = Mutex<Milliseconds?>(nil)

    init(logger: Logger) {
        self.logger = logger
    }

    /// Whether the disk was too full lately.
    var isRefusing: Bool { lastRefusal.withLock { $0 != nil } }

    /// The disk was too full to accept a response. Returns whether that is new.
    ///
    /// - Parameter reason: said once.
    func refused(at now: Milliseconds, _ reason: () -> QueueError) -> Bool {
        let isFirst = lastRefusal.withLock { last in
            defer { last = now }
            return last == nil
        }
        if isFirst { logger.error("\(reason()) Until then no response is accepted.") }
        return isFirst
    }

    /// A response was accepted, or would have been.
    func accepted(at now: Milliseconds) {
        let isOver = lastRefusal.withLock { last in
            // A clock that was set back must not put this off.
            guard let refusal = last, !(.zero..<Self.quiet).contains(now - refusal) else { return false }
            last = nil
            return true
        }
        if isOver { logger.notice("There is room on the queue's disk again: responses are accepted.") }
    }
}
