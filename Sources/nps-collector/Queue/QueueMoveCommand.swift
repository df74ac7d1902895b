import ArgumentParser
import Foundation
import Logging
import NPSApp
import NPSQueue

/// `queue move`: from a file to PostgreSQL, and back.
struct QueueMoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Move the whole queue of a stopped collector to another database.",
        discussion: """
            Takes what queue.url names to the database of --to, which must be empty: a file that isn't there yet, or a \
            PostgreSQL. Copies everything, compares both, and marks the old one so that no collector uses it again; \
            then set queue.url to the new one. Whatever interrupts it, the same command finishes it, and until then no \
            collector opens the old one. --cancel gives an unfinished move up.
            """
    )

    @Option(help: ArgumentHelp("sqlite:PATH, or postgres://USER@HOST,HOST/DATABASE.", valueName: "url"))
    var to: String?

    @Option(
        help: ArgumentHelp("With the password of the PostgreSQL in --to; without it queue.password.", valueName: "file")
    )
    var passwordFile: String?

    @Flag(help: "Give an unfinished move up: collectors may open the old database again.")
    var cancel = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard cancel != (to != nil) else { throw ValidationError("Give --to URL, or --cancel.") }
        guard let to else { return }
        if to.hasPrefix("sqlite:"), to.utf8.count > 7 { return }
        do throws(QueueError) {
            _ = try PostgresAddress(to)
        } catch {
            throw ValidationError("--to must be sqlite:PATH or postgres://USER@HOST/DATABASE. \(error)")
        }
    }

    func run() async throws {
        let source = try await CommandLineSettings.load(requiring: [.sideOfMove]).makeQueueConfiguration()
        do {
            if let to { try await move(source, to) } else { try await giveUp(source) }
        } catch let error as QueueError {
            throw Stop(moving: error)
        }
    }

    private func move(_ source: ResponseQueue.Configuration, _ to: String) async throws {
        let target = try await CommandLineSettings.load(queueURL: to, passwordFile: passwordFile)
        let move = QueueMove(from: source, to: target.makeQueueConfiguration(), logger: Self.silent)
        var bars = StepBars<MoveProgress.Step>()
        let report: MoveReport
        do {
            report = try await move.run { progress in bars.show(progress) }
            bars.finish()
        } catch {
            bars.finish()
            throw error
        }
        if json { try Output.json(report) } else { Output.text(report.text, terminator: "") }
    }

    private func giveUp(_ source: ResponseQueue.Configuration) async throws {
        switch try await QueueMove.cancel(source, logger: Self.silent) {
        case .source(let target):
            guard !json else { return try Output.json(["cancelled": target]) }
            Output.text(
                "The move to \(target) is given up. What it has is of no use: remove it before another move there."
            )
        case .target(let source):
            guard !json else { return try Output.json(["cancelledFrom": source]) }
            Output.text(
                "The move from \(source) is given up. Nothing of it had come here; give it up there, too, to use that."
            )
        }
    }

    /// What went wrong is said once, at the end.
    private static var silent: Logger { Logger(label: "queue-move") { _ in SwiftLogNoOpLogHandler() } }
}

extension StepBars<MoveProgress.Step> {
    fileprivate mutating func show(_ progress: MoveProgress) {
        show(progress.step, progress.step.title, progress.done, of: progress.total)
    }
}

extension MoveProgress.Step {
    fileprivate var title: String {
        switch self {
        case .upgrading: "Upgrading"
        case .copying: "Copying"
        case .verifying: "Comparing"
        }
    }
}

extension MoveReport {
    fileprivate var text: String {
        guard isMovedNow else { return "The queue was moved to \(to) before. Set queue.url to that.\n" }
        var table = Table([Table.Column("state"), Table.Column("responses", .right)])
        table.add(["accepted", "\(accepted)"])
        table.add(["  pending", "\(pending)"])
        table.add(["  delivered", "\(delivered)"])
        table.add(["  parked", "\(parked)"])
        table.add(["  erased", "\(erased)"])
        table.add(["quarantined", "\(quarantined)"])
        return table.render() + """
            The queue is at \(to) now, and both were compared. Set queue.url to that.
            No collector uses \(from) any more. It still holds what people wrote: remove it when all is well.

            """
    }
}

extension Stop {
    fileprivate init(moving error: QueueError) {
        let code: Code =
            switch error {
            case .damaged: .failure
            default: Stop(error).code
            }
        self.init(code, error.description)
    }
}
