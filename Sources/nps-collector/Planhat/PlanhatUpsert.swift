import ArgumentParser
import Foundation
import NPSModel
import PlanhatAPI

/// `planhat upsert`
struct PlanhatUpsert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upsert",
        abstract: "Create or update many records from a JSON, JSON Lines or CSV file (PUT /nps).",
        discussion: """
            CSV needs a header row with the names of the API's fields: email, score, sourceId, comment, cId, campaignId, \
            dateAnswered, dateSent, source. Rows without a sourceId create a new record each time they are sent.
            """
    )

    @Argument(help: "The file; its ending tells what is in it: .json, .jsonl or .csv.")
    var file: String

    @Option(help: "Records in one request, at most 5000.")
    var chunk = 1_000

    @Flag(help: "Print the counts as JSON.")
    var json = false

    func validate() throws {
        guard (1...PlanhatClient.bulkLimit).contains(chunk) else {
            throw ValidationError("--chunk must be a number from 1 to 5000.")
        }
    }

    func run() async throws {
        let rows: [RecordRow]
        do { rows = try RecordFile.read(file) } catch { throw Stop(.usage, error.description) }
        let wrong = rows.filter { $0.problem != nil }
        for row in wrong { Self.complain("row \(row.number): \(row.problem ?? "")") }
        let good = rows.filter { $0.problem == nil }
        let summary = try await send(good)
        try report(summary, rejected: wrong.count)
        if summary.failed > 0 || !wrong.isEmpty { throw ExitCode(Stop.Code.failure.rawValue) }
    }

    private func send(_ rows: [RecordRow]) async throws -> UpsertSummary {
        let size = chunk
        return try await PlanhatCommand.ask { client throws(PlanhatError) in
            var summary = UpsertSummary()
            var progress = ProgressBar(title: "Upserting", total: rows.count)
            var start = 0
            while start < rows.count {
                let part = Array(rows[start..<min(start + size, rows.count)])
                let result = try await client.upsert(part.map(\.draft))
                for error in summary.add(result, of: part) { Self.complain(error) }
                progress.advance(by: part.count)
                start += part.count
            }
            progress.finish()
            return summary
        }
    }

    private func report(_ summary: UpsertSummary, rejected: Int) throws {
        if json { return try Output.json(summary) }
        var table = Table([Table.Column("outcome"), Table.Column("records", .right)])
        table.add(["created", "\(summary.created)"])
        table.add(["updated", "\(summary.updated)"])
        table.add(["unchanged", "\(summary.unchanged)"])
        table.add(["refused by Planhat", "\(summary.failed)"])
        table.add(["not sent", "\(rejected)"])
        print(table.render(), terminator: "")
    }

    private static func complain(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
