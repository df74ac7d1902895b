import Synchronization

/// Why the last transaction of any of a collector's connections failed, for callers that didn't get their turn.
final class LatestTrouble: Sendable {
    private let latest = Mutex<QueueError?>(nil)

    /// What is told to a job that has waited for so long.
    func refusal(after patience: Duration) -> QueueError {
        latest.withLock(\.self) ?? .database("it did not answer within \(patience.components.seconds) s")
    }

    func note(_ error: QueueError) {
        guard case .database = error else { return }
        latest.withLock { $0 = error }
    }

    func end() {
        latest.withLock { $0 = nil }
    }
}
