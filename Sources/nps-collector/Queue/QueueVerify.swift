import ArgumentParser
import Foundation
import NPSApp
import NPSDelivery
import NPSModel
import NPSQueue
import NPSServer
import PlanhatAPI

/// `queue verify`: whether Planhat has what was delivered.
struct QueueVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare what was delivered with Planhat's records, newest first.",
        discussion: """
            Asks Planhat for each record by its sourceId and compares address, score, comment and date of the answer \
            with a digest that the receipt keeps. Takes half of planhat.requests-per-minute; the running collector \
            leaves it that half meanwhile. Ends with 1 when a record is missing or says something else.
            """
    )

    @Option(help: ArgumentHelp("Only what was delivered since, such as 2026-02-03.", valueName: "date"))
    var since: Day?

    @Option(help: "How many at most.")
    var limit: Int?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be a number from 1 on.") }
    }

    func run() async throws {
        let status = try await Administration.ask { client throws(AdminError) in try await client.status() }
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken])
        let client = try await PlanhatCommand.makeClient()
        let delivered = min(limit ?? .max, status.books.delivered)
        var progress = ProgressBar(title: "Comparing", total: since == nil ? delivered : nil)
        var reconciliation = Reconciliation(settings: settings, client: client)
        var report = Reconciliation.Report()
        var stop: Stop?
        var findings: [String] = []
        do {
            try await reconciliation.run(
                since: since?.date,
                limit: limit ?? .max,
                into: &report,
                onWait: { error, seconds in
                    progress.say("\(Self.trouble(error)) It is asked again in \(Int(seconds.rounded(.up))) s.")
                },
                onResult: { result, receipt in
                    progress.advance(by: 1)
                    if let sentence = result.sentence { findings.append("\(receipt.id): \(sentence)") }
                }
            )
        } catch {
            stop = try Self.stop(for: error)
        }
        progress.finish()
        await reconciliation.end()
        await client.shutdown()
        if json { try Output.json(report) } else { Output.text((findings + [report.summary]).joined(separator: "\n")) }
        if let stop { throw stop }
        if !report.isClean { throw ExitCode(Stop.Code.failure.rawValue) }
    }

    private static func stop(for error: any Error) throws -> Stop {
        switch error {
        case .notSent as PlanhatError: Stop(.unreachable, trouble(error))
        case let error as PlanhatError: Stop(error)
        case let error as AdminError: Stop(error)
        default: throw error
        }
    }

    /// The error's own words say that nothing was applied; a comparison applies nothing anyway.
    private static func trouble(_ error: any Error) -> String {
        guard case .notSent(let why, _) = error as? PlanhatError else { return "\(error)" }
        return "Planhat doesn't say what it has: \(why)."
    }
}

extension QueueVerify {
    /// A date, or a date with a time, in ISO 8601.
    struct Day: ExpressibleByArgument {
        let date: Date

        init?(argument: String) {
            guard let date = Timestamp.parse(argument) else { return nil }
            self.date = date
        }
    }
}

extension VerificationResult {
    /// Nil when the record matches.
    fileprivate var sentence: String? {
        switch self {
        case .matching: nil
        case .missing: "Planhat has no record of it."
        case .differing: "Planhat's record doesn't say what was delivered: somebody changed it there."
        case .unknown: "Whether Planhat's record matches what was delivered is unknown."
        }
    }
}

extension Reconciliation.Report {
    fileprivate var summary: String {
        "\(checked) compared: \(matching) match, \(missing.count) missing, \(differing.count) differ, "
            + "\(unknown.count) unknown."
    }
}
