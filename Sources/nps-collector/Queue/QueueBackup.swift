import ArgumentParser
import Foundation
import Logging
import NPSApp
import NPSQueue
import NPSServer
import Synchronization

/// `queue backup`: a copy of the whole queue, while the collector goes on.
struct QueueBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write a backup of the queue's file, while the collector accepts and delivers.",
        discussion: """
            The running collector writes it, so FILE is a path as the collector sees it, and one where it may write; a \
            relative path begins in the directory of the queue's file, wherever this is called. When no collector runs, \
            this program does it. Nothing may be there yet. FILE appears when it is complete and checked, with mode 0600: \
            it holds what people wrote and wasn't delivered yet, and the key by which they are found. It takes room for \
            twice the queue's file until it is done.
            """
    )

    @Argument(help: "The file to write.")
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let settings = try await CommandLineSettings.load()
        guard case .file(let path) = settings.queue.store else {
            throw Stop(.configuration, ResponseQueue.otherTools)
        }
        let client = AdminClient(settings: settings)
        let begun: BackupState
        do throws(AdminError) {
            begun = try await client.beginBackup(to: file)
        } catch {
            switch error {
            case .unreachable, .missingToken: return try show(await backUp(settings, path, refusedWith: error))
            case .wrongToken, .refused, .unreadable, .unanswered: throw Stop(error)
            }
        }
        let state: BackupState
        // From here on a collector has the file, and may just be starting again.
        do throws(AdminError) { state = try await follow(client, begun) } catch { throw Stop(error) }
        guard let report = state.report else { throw Stop(.failure, state.problem ?? "No backup was made.") }
        try show(report)
    }

    /// Shows how far the collector is with it until it is over.
    private func follow(_ client: AdminClient, _ begun: BackupState) async throws(AdminError) -> BackupState {
        var state = begun
        let number = state.number
        var bars = StepBars<BackupProgress.Step>()
        defer { bars.finish() }
        while !state.isOver {
            if let progress = state.progress { bars.show(progress) }
            try? await Task.sleep(for: .milliseconds(200))
            state = try await client.backup()
            guard state.number == number else {
                throw .refused(
                    status: 409,
                    detail: "The collector was started again meanwhile: give the command again."
                )
            }
        }
        if let progress = state.progress { bars.show(progress) }
        return state
    }

    /// Makes it without a collector, unless one has the file open.
    ///
    /// - Parameter refusal: why none could be asked.
    private func backUp(
        _ settings: Settings,
        _ path: String,
        refusedWith refusal: AdminError
    ) async throws -> BackupReport {
        guard access(path, F_OK) == 0 else {
            let code: Stop.Code = refusal == .missingToken ? .configuration : .unreachable
            throw Stop(code, "\(refusal) There is no file \(path) here either, which queue.url names.")
        }
        let silent = Logger(label: "queue-backup") { _ in SwiftLogNoOpLogHandler() }
        var configuration = settings.makeQueueConfiguration()
        configuration.forwarding = .never
        let bars = Mutex(StepBars<BackupProgress.Step>())
        do throws(QueueError) {
            let queue = try ResponseQueue(configuration: configuration, logger: silent)
            let report: Result<BackupReport, QueueError>
            do throws(QueueError) {
                report = .success(try await queue.backUp(to: file) { progress in bars.withLock { $0.show(progress) } })
            } catch {
                report = .failure(error)
            }
            bars.withLock { $0.finish() }
            if case .success(let made) = report { await note(made, in: queue) }
            await queue.close()
            return try report.get()
        } catch .lockedByAnotherProcess {
            // A collector runs all the same.
            throw Stop(refusal)
        } catch {
            throw Stop(error)
        }
    }

    /// As the collector does that makes one. The backup is there, whatever becomes of the entry.
    private func note(_ report: BackupReport, in queue: ResponseQueue) async {
        do throws(QueueError) {
            try await queue.note(.backup, by: .verb, subject: BackupReport.subject, outcome: report.outcome)
        } catch {
            Output.note("The backup is missing in the audit log: \(error)\n")
        }
    }

    private func show(_ report: BackupReport) throws {
        guard !json else { return try Output.json(report) }
        Output.text(
            """
            \(report.file) has the whole queue: \(report.accepted) responses, of which \(report.pending + report.sending) \
            wait, and \(report.quarantined) payloads in quarantine. It was checked: \(report.bytes) bytes.
            """
        )
        guard access(report.file, F_OK) != 0, errno == ENOENT else { return }
        Output.note(
            """
            That is the path as the collector sees it, and there is no such file here: it runs on another machine, in a \
            container, or with a /tmp of its own.\n
            """
        )
    }
}

extension StepBars<BackupProgress.Step> {
    fileprivate mutating func show(_ progress: BackupProgress) {
        show(progress.step, progress.step.title, progress.done, of: progress.total, unit: "bytes")
    }
}

extension BackupProgress.Step {
    fileprivate var title: String {
        switch self {
        case .copying: "Copying"
        case .compacting: "Compacting"
        case .checking: "Checking"
        }
    }
}
