import NPSQueue
import Synchronization

/// The backup that is being made, or was made last; one at a time.
final class OnlineBackup: Sendable {
    private let queue: ResponseQueue
    private let current = Mutex<BackupState?>(nil)

    init(of queue: ResponseQueue) {
        self.queue = queue
    }

    var state: BackupState? { current.withLock { $0 } }

    /// Nil while another one is being made.
    func begin(to file: String) -> BackupState? {
        let begun: BackupState? = current.withLock { current in
            if let current, !current.isOver { return nil }
            let state = BackupState(number: (current?.number ?? 0) + 1)
            current = state
            return state
        }
        guard begun != nil else { return nil }
        // It ends with the queue, at the latest.
        Task { await run(to: file) }
        return begun
    }

    private func run(to file: String) async {
        do throws(QueueError) {
            let report = try await queue.backUp(to: file) { progress in
                self.current.withLock { $0?.progress = progress }
            }
            current.withLock { $0?.report = report }
        } catch {
            current.withLock { $0?.problem = "\(error)" }
        }
    }
}
