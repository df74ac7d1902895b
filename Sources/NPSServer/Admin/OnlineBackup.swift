import NPSQueue
import Synchronization

/// The backup that is being made, or was made last; one at a time.
final class OnlineBackup: Sendable {
    private let queue: ResponseQueue
    private let actions: OperatorActions
    private let current = Mutex<BackupState?>(nil)

    init(of queue: ResponseQueue, actions: OperatorActions) {
        self.queue = queue
        self.actions = actions
    }

    var state: BackupState? { current.withLock { $0 } }

    /// Nil while another one is being made.
    func begin(to file: String, by actor: AuditEntry.Actor) -> BackupState? {
        let begun: BackupState? = current.withLock { current in
            if let current, !current.isOver { return nil }
            let state = BackupState(number: (current?.number ?? 0) + 1)
            current = state
            return state
        }
        guard begun != nil else { return nil }
        // It ends with the queue, at the latest.
        Task { await run(to: file, by: actor) }
        return begun
    }

    private func run(to file: String, by actor: AuditEntry.Actor) async {
        do throws(QueueError) {
            let report = try await queue.backUp(to: file) { progress in
                self.current.withLock { $0?.progress = progress }
            }
            // Before the state says that it is over, so that whoever waits for that finds the entry.
            await actions.note(.backup, by: actor, subject: BackupReport.subject, outcome: report.outcome)
            current.withLock { $0?.report = report }
        } catch {
            current.withLock { $0?.problem = "\(error)" }
        }
    }
}
